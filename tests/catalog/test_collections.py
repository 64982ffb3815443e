"""What is published can be found by id, and its fast path says what its tables say."""

import json
import shutil

import geopandas
import numpy as np
import pytest
import shapely

from geoml import catalog, editions
from geoml.areas import area as areas
from geoml.catalog.collections import all_of, find
from geoml.catalog.published import Stored, Units
from geoml.catalog.sections import Section, sections
from geoml.errors import InvalidArgument, UnknownCollection
from geoml.files import write_json
from geoml.raster.cog import read
from geoml.vector.fragments import emitted
from geoml.vector.read import read_frame

WORLD = (-180.0, -90.0, 180.0, 90.0)


@pytest.fixture(scope="module")
def edition(town, service_name):
    return editions.current(town, service_name, "town")


@pytest.fixture(scope="module")
def one(town, kind_of_collection):
    return find(town, kind_of_collection.id)


def features(page):
    return json.loads(b"[" + page + b"]")


def test_every_service_of_the_town_has_units_and_cells(town):
    fed = [n for n in catalog.names() if editions.current(town, n, "town")]
    ends = {name: [one.suffix for one in sections(catalog.get(name))] for name in fed}
    wanted = [f"{name}-town{end}" for name in fed for end in ends[name]]
    assert [one.id for one in all_of(town)] == wanted
    assert set(fed) == set(catalog.names())


def test_a_collection_says_what_it_is(one, kind_of_collection, town):
    kind, area = kind_of_collection, areas.load(town, "town")
    edition = editions.current(town, kind.service, "town")
    assert (one.id, one.section, one.pinned) == (kind.id, kind.section, kind.pinned)
    assert (one.kind, one.audience) == (kind.section.kind, kind.section.audience)
    assert (one.crs, one.when, one.edition) == (area.crs, "2025-07-20", edition.id)
    west, south, east, north = one.bbox
    there = one.frame(slice(None)).to_crs("OGC:CRS84").total_bounds
    np.testing.assert_allclose(one.bbox, there, atol=2e-5)  # a cell may have corners farther out
    beyond = np.array([west, south, -east, -north]) - [*there[:2], *-there[2:]]
    assert (beyond <= 1e-7).all()  # emitted with seven decimals
    assert "Petiteville" in one.title.fr
    assert "Petiteville" in one.title.en
    told = {one.name for one in one.fields if one.type == "number"}
    service = catalog.get(kind.service)
    assert told >= {f"{one.service}_score", "lower", "upper", "applicability"}
    assert told >= {*(part.name for part in service.parts), *service.carried}


def test_a_pinned_id_names_the_edition(town, one):
    name = f"{one.id.partition('@')[0]}@{one.edition}"
    pinned = find(town, name)
    assert (pinned.id, pinned.pinned) == (name, True)
    assert pinned.page(slice(0, 3)) == one.page(slice(0, 3))
    assert pinned.etag == one.etag


def test_etags_of_units_and_cells_differ(town, service_name):
    ids = [f"{service_name}-town", f"{service_name}-town-cells"]
    assert len({find(town, one).etag for one in ids}) == 2


@pytest.mark.parametrize(
    "wrong",
    ["", "-", "{s}", "{s}-", "{s}-nowhere", "nothing-town", "{s}-town-cells-cells", "{s}-town@",
     "{s}-../town", "{s}-town@../../x", "{s}-town@20250101T000000Z-0000000000", "{s}--cells",
     "{s}-town-cells@..", "{s}-\0", "{s}-town/../town"],
)  # fmt: skip
def test_an_unknown_id_is_told_so(town, service_name, wrong):
    with pytest.raises(UnknownCollection, match="no such collection"):
        find(town, wrong.format(s=service_name))


def test_features_tables_and_frames_say_the_same(one):
    rows = np.unique(np.linspace(0, len(one) - 1, 300).astype(int))
    names = [field.name for field in one.fields]
    table = one.table(["id", *names], rows).to_pylist()
    frame = one.frame(rows)
    shown = emitted(frame.geometry)
    for feature, told, at in zip(features(one.page(rows)), table, range(len(rows)), strict=True):
        assert feature["id"] == told.pop("id") == frame["id"].iloc[at]
        assert feature["properties"] == told
        assert shapely.equals(shapely.geometry.shape(feature["geometry"]), shown[at])
    assert frame.crs.to_string() == one.crs


def test_ids_lead_back_to_their_rows(one):
    rows = range(0, len(one), 331)
    ids = one.table(["id"])["id"].to_pylist()
    assert len(set(ids)) == len(ids) == len(one)
    assert [one.row(ids[row]) for row in rows] == list(rows)


@pytest.mark.parametrize(
    "fid", ["", "nobody", "-", "0-", "-1-0", "00-0", "9999-0", "1e1-0", "²-0", "0-0\n", "9" * 5000]
)
def test_an_id_of_nobody_has_no_row(one, fid):
    assert one.row(fid) is None


def test_counts_are_exact_on_the_geometry(one):
    frame = one.frame(slice(None))
    shown = emitted(frame.geometry)
    west, south, east, north = one.bbox
    for share in (0.1, 0.37, 0.5):
        x, y = west + share * (east - west), south + share * (north - south)
        box = (x, y, x + 0.004, y + 0.003)
        wanted = np.flatnonzero(shapely.intersects(shown, shapely.box(*box)))
        assert one.search([box]).tolist() == wanted.tolist()
        assert wanted.size > 0
    assert one.search([WORLD]).size == len(one)


@pytest.mark.parametrize("kinds", [("zones",), ("buildings",), ("zones", "buildings"), ("none",)])
def test_a_box_finds_the_units_of_its_section_alone(town, service, edition, kinds):
    stored, area = Stored(town, edition), areas.load(town, "town")
    section = Section("units", "-some", "public", kinds)
    some = Units(stored, service, area, edition, section, pinned=False)
    shown = emitted(some.frame(slice(None)).geometry)
    west, south, east, north = some.bbox
    for box in ((west, south, (west + east) / 2, (south + north) / 2), WORLD):
        wanted = np.flatnonzero(shapely.intersects(shown, shapely.box(*box)))
        assert some.search([box]).tolist() == wanted.tolist()
    assert some.search([WORLD]).size == len(some)


def test_the_extent_holds_every_feature(one):
    west, south, east, north = one.bbox
    bounds = shapely.total_bounds(emitted(one.frame(slice(None)).geometry))
    assert west <= bounds[0] < west + 1e-6
    assert south <= bounds[1] < south + 1e-6
    assert east - 1e-6 < bounds[2] <= east
    assert north - 1e-6 < bounds[3] <= north


def test_units_are_the_rows_of_the_table_that_was_published(town, service_name, edition):
    one = find(town, f"{service_name}-town")
    published = read_frame(edition.folder / "units.parquet")
    assert one.frame(slice(None)).equals(published)
    assert [f["id"] for f in features(one.page(slice(None)))] == published["id"].tolist()


def test_cells_are_the_answered_cells_of_the_raster(town, service_name, edition):
    one = find(town, f"{service_name}-town-cells")
    score = read(edition.folder / "score.tif")
    assert len(one) == np.isfinite(score).sum()
    row, col = 40, 77
    feature = features(one.page(np.array([one.row(f"{row}-{col}")])))[0]
    told = feature["properties"][f"{service_name}_score"]
    assert told == round(float(score[row, col]), 3)
    grid = areas.load(town, "town").grid
    lon, lat = np.mean(feature["geometry"]["coordinates"][0][:4], axis=0)
    assert grid.at(lon, lat) == (row, col)


def test_an_edition_without_ready_made_files_is_served_the_same(town, tmp_path, one):
    """What older editions lack is made once, in the cache; the edition stays as it was."""
    home = type(town)(tmp_path / "home")
    shutil.copytree(town.areas, home.areas)
    old = home.editions(one.service, "town") / one.edition
    shutil.copytree(town.editions(one.service, "town") / one.edition, old)
    for new in ("units.geojson", "units-index.arrow", "cells-index.arrow"):
        (old / new).unlink(missing_ok=True)
    write_json(old.parent / "current.json", {"edition": one.edition})
    before = sorted(old.iterdir())
    served = find(home, one.id)
    assert served.page(slice(None)) == one.page(slice(None))
    assert sorted(old.iterdir()) == before
    assert find(home, one.id).search([WORLD]).size == len(one)
    made = [path for path in home.cache(one.service, "town").rglob("*.*") if path.is_file()]
    assert {path.suffix for path in made} & {".geojson", ".arrow"}


def test_no_area_may_have_the_id_of_a_collection_of_cells(tmp_path, town):
    home = type(town)(tmp_path / "home")
    with pytest.raises(InvalidArgument, match="-cells"):
        areas.create(home, "town-cells", "Town", bbox=(4.8, 45.7, 4.9, 45.8))


def test_one_broken_edition_hides_no_other(town, tmp_path, service_name, caplog):
    home = type(town)(tmp_path / "home")
    for area in ("town", "other"):
        shutil.copytree(town.area("town"), home.area(area))
        shutil.copytree(town.editions(service_name, "town"), home.editions(service_name, area))
    document = json.loads((home.area("other") / "area.json").read_text())
    write_json(home.area("other") / "area.json", {**document, "id": "other"})
    for broken in home.editions(service_name, "other").glob("2*/units-index.arrow"):
        broken.write_bytes(b"ARROW1")
    found = [one.id for one in all_of(home) if one.service == service_name]
    assert found == [f"{service_name}-{rest}" for rest in ("other-cells", "town", "town-cells")]
    assert "one feature a line" in caplog.text


def test_frames_of_units_can_be_drawn_by_geopandas(one):
    frame = one.frame(slice(0, 5))
    assert isinstance(frame, geopandas.GeoDataFrame)
    assert len(frame) == 5
    assert frame.geometry.is_valid.all()
