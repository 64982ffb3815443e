import numpy as np
import pytest

from geoml.areas import keys
from geoml.areas.ingest.overlap import check_overlap, native_m
from geoml.errors import NoOverlap
from geoml.raster.header import probe

DEM = keys.get("dem")


def test_cells_are_measured_on_the_ground_and_not_in_degrees(raster, town):
    from affine import Affine

    degrees = Affine(0.001, 0, 2.25, 0, -0.001, 48.85)
    header = probe(raster(np.ones((99, 99), np.float32), crs="EPSG:4326", transform=degrees))
    check_overlap(DEM, header, town.grid)
    assert native_m(DEM, header, town.grid) == pytest.approx(73.3, abs=0.5)  # 111.3 cos 48.8


def test_touching_is_not_overlapping(raster, town):
    corner = (town.grid.west - 300.0, town.grid.north)
    header = probe(raster(np.ones((10, 10), np.float32), corner=corner))
    with pytest.raises(NoOverlap):
        check_overlap(DEM, header, town.grid)


def test_a_raster_of_the_other_hemisphere_is_told_in_its_own_numbers(raster, town):
    """Polar stereographic of the south: Paris has no finite place in it, or one far away."""
    path = raster(np.ones((10, 10), np.float32), crs="EPSG:3031", corner=(0.0, 0.0))
    with pytest.raises(NoOverlap) as caught:
        check_overlap(DEM, probe(path), town.grid)
    assert "lon/lat" in caught.value.expected
    assert caught.value.got.startswith("data within")
