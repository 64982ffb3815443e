"""From probabilities to a table of clean polygons."""

import numpy as np
import pytest
import shapely
from affine import Affine

from geoml.errors import DataError, InvalidArgument, MissingCrs
from geoml.raster.cog import write
from geoml.raster.grid import Grid
from geoml.vector.outlines import Rules, encoded, footprint, outlines, outlines_of

GRID = Grid("EPSG:2154", 700_000.0, 6_600_000.0, 0.25, 0.25, 200, 240)


def probabilities(shape=GRID.shape):
    """Two roofs of 10 x 15 m and 8 x 8 m, the second with a small hole; a speck of 1 m2."""
    p = np.full(shape, 0.02, np.float32)
    p[20:60, 30:90] = 0.9
    p[100:132, 120:152] = 0.7
    p[110:113, 130:133] = 0.2
    p[180:184, 10:14] = 0.99
    return p


@pytest.fixture(scope="module")
def probability(tmp_path_factory):
    path = tmp_path_factory.mktemp("outlines") / "probability.tif"
    write(path, encoded(probabilities()), GRID, dtype="uint8", nodata=0)
    return path


def test_roofs_have_their_place_area_and_probability(probability):
    found = outlines(probability)
    assert found.crs.to_epsg() == 2154
    assert found["area_m2"].to_numpy() == pytest.approx([150, 64], rel=0.01)
    assert found["probability"].to_numpy() == pytest.approx([0.9, 0.7 - 0.5 * 9 / 1024], abs=0.003)
    first = shapely.box(700_007.5, 6_599_985, 700_022.5, 6_599_995)
    assert shapely.hausdorff_distance(found.geometry[0], first) < 0.25
    assert (found["vertices"] == shapely.get_num_coordinates(found.geometry) - 1).all()


def test_the_size_of_the_chunk_changes_nothing(probability):
    whole, small = outlines(probability), outlines(probability, chunk_px=37)
    assert whole.to_wkb().equals(small.to_wkb())


def test_an_array_gives_the_same_as_its_file(probability):
    found = outlines_of(probabilities(), 0.25, transform=GRID.transform, crs=GRID.crs)
    assert found.to_wkb().equals(outlines(probability).to_wkb())


def test_without_a_georeference_coordinates_are_pixels():
    found = outlines_of(probabilities(), 0.25)
    assert found.crs is None
    assert found.total_bounds == pytest.approx([30, 20, 152, 132], abs=0.75)
    assert found["area_m2"].to_numpy() == pytest.approx([150, 64], rel=0.01)


def test_oblong_pixels_keep_their_area():
    found = outlines_of(probabilities(), (0.5, 0.25))
    assert found["area_m2"].to_numpy() == pytest.approx([300, 128], rel=0.01)


def test_specks_and_holes_go_by_their_area():
    kept = outlines_of(probabilities(), 0.25, rules=Rules(min_area_m2=0.5, min_hole_m2=0.1))
    assert len(kept) == 3
    assert shapely.get_num_interior_rings(kept.geometry).tolist() == [0, 1, 0]
    assert len(outlines_of(probabilities(), 0.25, rules=Rules(min_area_m2=100))) == 1


def test_unknown_pixels_are_no_roof():
    p = probabilities()
    p[:, :60] = np.nan
    assert outlines_of(p, 0.25).total_bounds[0] == pytest.approx(60, abs=0.75)


def test_nothing_to_see_is_an_empty_table_with_the_same_columns():
    full, none = outlines_of(probabilities(), 0.25), outlines_of(np.zeros((9, 9)), 0.25)
    assert len(none) == 0
    assert list(none.columns) == list(full.columns)
    assert none.dtypes.equals(full.dtypes)


def test_a_threshold_is_met_by_what_equals_it():
    p = np.full((40, 40), 0.5, np.float32)
    assert len(outlines_of(p, 0.25, threshold=0.5)) == 1
    assert len(outlines_of(p, 0.25, threshold=0.51)) == 0
    with pytest.raises(InvalidArgument, match="threshold"):
        outlines_of(p, 0.25, threshold=0)


def test_other_files_are_refused(tmp_path):
    write(tmp_path / "float.tif", probabilities(), GRID)
    with pytest.raises(DataError, match="expected uint8 with nodata 0"):
        outlines(tmp_path / "float.tif")
    degrees = Grid("EPSG:4326", 2.0, 48.0, 1e-6, 1e-6, 8, 8)
    write(tmp_path / "degrees.tif", np.ones((8, 8), np.uint8), degrees, dtype="uint8", nodata=0)
    with pytest.raises(MissingCrs, match="projected"):
        outlines(tmp_path / "degrees.tif")


def test_rules_have_no_negative_length():
    with pytest.raises(InvalidArgument):
        Rules(min_area_m2=-1)


def test_a_turned_picture_is_placed_as_its_transform_says():
    turned = Affine.translation(100, 50) @ Affine.rotation(30) @ Affine.scale(0.25, -0.25)
    plain = outlines_of(probabilities(), 0.25, rules=Rules(regularise=False))
    placed = outlines_of(probabilities(), 0.25, rules=Rules(regularise=False), transform=turned)
    assert placed.geometry.area.to_numpy() == pytest.approx(plain["area_m2"].to_numpy(), abs=0.01)
    assert turned @ plain.geometry[0].exterior.coords[0] == pytest.approx(
        placed.geometry[0].exterior.coords[0]
    )


def test_the_footprint_is_the_known_ground(tmp_path):
    p = probabilities()
    p[:, :60] = np.nan
    write(tmp_path / "p.tif", encoded(p), GRID, dtype="uint8", nodata=0)
    known = footprint(tmp_path / "p.tif", chunk_px=64)
    assert shapely.equals(known, shapely.box(GRID.west + 15, *GRID.bounds[1:]))
