import json
import math
from dataclasses import replace

import numpy as np
import pytest
import shapely

from geoml.areas import area as areas
from geoml.errors import AlreadyExists, CorruptFile, DataError, InvalidArgument, UnknownArea
from geoml.raster.grid import Grid

PARIS = (2.30, 48.80, 2.33, 48.82)


def test_an_area_survives_being_written(home):
    made = areas.create(home, "town", "Ville", bbox=PARIS, synthetic=True)
    assert areas.load(home, "town") == made
    assert (made.crs, made.name, made.synthetic) == ("EPSG:2154", "Ville", True)
    document = json.loads((home.area("town") / "area.json").read_text())
    assert document["format"] == areas.FORMAT
    assert document == areas.document(made)


def test_an_area_created_again_is_another_one(home, town):
    areas.delete(home, "town")
    again = areas.create(home, "town", "Town", bbox=PARIS)
    assert again != town
    assert areas.load(home, "town").born == again.born != town.born
    assert len(town.born) == 16


def test_an_area_of_before_there_were_births_has_none(home, town):
    path = home.area("town") / "area.json"
    document = json.loads(path.read_text())
    del document["born"]
    path.write_text(json.dumps(document))
    assert areas.load(home, "town") == replace(town, born="")


def test_the_grid_is_snapped_outward_and_covers_boundary_and_margin(home):
    plain = areas.create(home, "plain", "a", bbox=PARIS)
    wide = areas.create(home, "wide", "b", bbox=PARIS, margin_m=500, resolution_m=20)
    for area, margin in ((plain, 0), (wide, 500)):
        assert all(value % area.resolution_m == 0 for value in area.grid.bounds)
        inside = area.inside().buffer(margin)
        assert shapely.box(*area.grid.bounds).contains(shapely.box(*inside.bounds))
        over = np.subtract(area.grid.bounds, inside.bounds) * [-1, -1, 1, 1]
        assert (over < area.resolution_m).all()


def test_a_hamlet_has_one_cell(home):
    tiny = areas.create(home, "tiny", "a", bbox=(2.3, 48.8, 2.3000001, 48.8000001))
    assert tiny.grid.rows <= 2
    assert tiny.grid.cols <= 2


def test_inside_follows_the_parallel_that_bends_in_the_projection(home):
    area = areas.create(home, "wide", "a", bbox=(-4.0, 47.0, 8.0, 48.0), resolution_m=1000)
    corners = shapely.box(*area.inside().bounds)
    assert area.inside().area < 0.95 * corners.area
    assert area.inside().is_valid


def test_the_same_id_twice_is_a_conflict(home, town):
    with pytest.raises(AlreadyExists, match="geoml area delete town"):
        areas.create(home, "town", "again", bbox=PARIS)


def test_an_unknown_area_names_the_known_ones(home, town):
    for name in ("tonw", "../town", "TOWN"):
        with pytest.raises(UnknownArea, match="town") as caught:
            areas.load(home, name)
        assert caught.value.where == "areas"
        assert str(home.root) not in str(caught.value)


def test_names_are_sorted_and_leave_out_what_is_no_area(home, town):
    areas.create(home, "a1", "a", bbox=PARIS)
    (home.areas / "empty").mkdir()
    (home.areas / ".hidden").mkdir()
    (home.areas / ".hidden" / "area.json").write_text("{}")
    assert areas.names(home) == ("a1", "town")


def test_no_home_has_no_areas(home):
    assert areas.names(home) == ()
    with pytest.raises(UnknownArea, match="none yet"):
        areas.load(home, "x")


def test_delete_leaves_nothing(home, town):
    (home.sources("town")).mkdir()
    areas.delete(home, "town")
    assert list(home.areas.iterdir()) == []


def test_delete_takes_the_editions_of_every_service_and_no_others(home, town):
    for service, area in (("one", "town"), ("two", "town"), ("one", "town2")):
        shelf = home.editions(service, area)
        (shelf / "20250101T000000Z-0123456789").mkdir(parents=True)
        (shelf / "current.json").write_text("{}")
    (home.models("one") / "1").mkdir(parents=True)
    areas.delete(home, "town")
    left = sorted(path.name for path in (home.root / "editions").glob("*/*"))
    assert left == ["town2"]
    assert (home.editions("one", "town2") / "current.json").is_file()
    assert (home.models("one") / "1").is_dir()


def test_a_delete_that_was_cut_short_can_be_done_again(home, town, monkeypatch):
    home.editions("one", "town").mkdir(parents=True)

    def crash(path):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(areas.shutil, "rmtree", crash)
        with pytest.raises(KeyboardInterrupt):
            areas.delete(home, "town")
    assert not home.editions("one", "town").exists()
    assert areas.load(home, "town") == town
    areas.delete(home, "town")
    assert areas.names(home) == ()


def test_a_document_of_another_format_is_refused(home, town):
    path = home.area("town") / "area.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(CorruptFile, match="format 99"):
        areas.load(home, "town")


def test_a_place_is_needed_once(home):
    for options in ({}, {"bbox": PARIS, "boundary_file": "x.geojson"}):
        with pytest.raises(InvalidArgument, match="either --bbox or --boundary"):
            areas.create(home, "town", "a", **options)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"resolution_m": 0}, "--resolution"),
        ({"resolution_m": math.nan}, "--resolution"),
        ({"margin_m": -1}, "--margin"),
        ({"resolution_m": 0.1, "bbox": (2, 48, 3, 49)}, "400,000,000"),
        ({"crs": "EPSG:3857"}, "Web Mercator"),
    ],
)
def test_what_makes_no_grid_is_refused_and_leaves_nothing(home, options, says):
    with pytest.raises(InvalidArgument, match=says):
        areas.create(home, "town", "a", **{"bbox": PARIS, **options})
    assert areas.names(home) == ()
    assert not home.areas.exists() or list(home.areas.iterdir()) == []


def test_an_area_from_a_polygon_file(home, town, vector, square):
    path = vector([square(0, 0, 300), square(200, 200, 300)], "commune.geojson")
    made = areas.create(home, "commune", "Commune", boundary_file=path)
    expected = shapely.union(square(0, 0, 300), square(200, 200, 300))
    assert made.inside().symmetric_difference(expected).area < 0.01 * expected.area
    assert isinstance(made.grid, Grid)


def test_a_boundary_file_without_polygons_is_an_error(home, vector, square):
    path = vector([square(0, 0).centroid], "points.gpkg")
    with pytest.raises(DataError, match="no polygon"):
        areas.create(home, "commune", "Commune", boundary_file=path)
    assert areas.names(home) == ("town",)
