"""Where a vector source is complete: what its files say, and what somebody vouches for."""

import pytest
import shapely

from geoml.areas import cover
from geoml.areas.boundary import from_bbox
from geoml.areas.ingest import ingest
from geoml.areas.sources import sources
from geoml.errors import InvalidArgument, NoOverlap, NotFound


@pytest.fixture
def built(home, town, vector, square):
    """Footprints in the north-west quarter of the town."""
    shapes = [square(x, y) for x in range(0, 1_100, 100) for y in range(0, 1_100, 100)]
    ingest(home, town.id, [f"buildings={vector(shapes)}"])
    return town


def test_until_somebody_says_more_the_hull_of_the_rows_is_covered(home, built):
    found = sources(home, built)["buildings"]
    assert found.cover_stated is False
    assert found.coverage == pytest.approx(100 * (1_010 / 2_250) ** 2, abs=0.2)


def test_the_whole_area_can_be_vouched_for(home, built):
    told = cover.state(home, built, "buildings", None)
    assert (told.coverage, told.cover_stated) == (100.0, True)
    assert shapely.from_wkt(told.cover).equals(shapely.box(*built.grid.bounds))
    assert told == sources(home, built)["buildings"]


def test_a_part_can_be_vouched_for(home, built):
    west, south, east, north = built.grid.lonlat_bounds()
    half = from_bbox((west - 1, south - 1, (west + east) / 2, north + 1))
    assert cover.state(home, built, "buildings", half).coverage == pytest.approx(50, abs=2)


def test_what_was_vouched_for_goes_with_the_file(home, built, vector, square):
    cover.state(home, built, "buildings", None)
    ingest(home, built.id, [f"buildings={vector([square(0, 0, 500)], 'new.gpkg')}"])
    found = sources(home, built)["buildings"]
    assert found.cover_stated is False
    assert found.coverage < 6


def test_what_cannot_be_vouched_for_is_refused(home, built, raster):
    import numpy as np

    ingest(home, built.id, [f"dem={raster(np.ones((75, 75), 'float32'))}"])
    with pytest.raises(InvalidArgument, match="whose cells say themselves"):
        cover.state(home, built, "dem", None)
    with pytest.raises(NotFound, match="water=FILE"):
        cover.state(home, built, "water", None)
    with pytest.raises(NoOverlap, match="geoml area show town"):
        cover.state(home, built, "buildings", from_bbox((10, 10, 11, 11)))
    assert sources(home, built)["buildings"].cover_stated is False
