"""One look for all: what the family writes, and what it warns of."""

import numpy as np
import pytest

from geoml.errors import UnusableGrid
from geoml.features.hydrology import routing
from geoml.features.hydrology.quantities import QUANTITIES, alone
from geoml.features.hydrology.together import MEMBERS, cut_basin, together, trace
from geoml.features.quantity import Surroundings
from geoml.raster.grid import Grid, Window

GRID = Grid("EPSG:2154", 600_000, 6_800_000, 10, 10, 60, 40)


def basin(outside=0.0):
    """A valley with its mouth in the south; ``outside`` is the height beyond its divide."""
    row, col = np.mgrid[:60, :40]
    ground = (200 - row + 3.0 * abs(col - 20)).astype(np.float32)
    ground[:1], ground[:, :1], ground[:, -1:] = outside, outside, outside
    return ground


def ground_of(layers, window=None):
    return Surroundings(GRID, window or GRID.whole(), lambda key, part: layers[key][part.slices])


def test_every_member_is_a_quantity_and_the_other_way_round():
    assert {quantity.name for quantity in QUANTITIES} == set(MEMBERS)


def test_water_is_drainage_and_its_height_is_what_is_compared():
    water = np.zeros(GRID.shape, bool)
    water[10:, 20] = True
    layers = {"dem": basin(), "water": water}
    height = alone(layers, GRID, "hand")
    assert (height[water] == 0).all()
    assert height[30, 23] == 3 * 3
    assert alone(layers, GRID, "river_distance")[30, 23] == 30
    depth = (59 * 38 * 1e-4) ** 0.354429752
    assert alone(layers, GRID, "water_depth")[59, 20] == pytest.approx(depth, abs=0.05)


def test_a_gully_is_drainage_but_no_river():
    course = trace(ground_of({"dem": basin()}), ["dem"])
    gullies = course.drainage & ~course.rivers
    assert gullies.any()
    assert (course.upstream_km2[gullies] < 1).all()
    assert np.isnan(alone({"dem": basin()}, GRID, "river_distance")).all()  # 0.24 km2 in all


def test_the_sea_is_no_ground():
    grid = Grid("EPSG:2154", 600_000, 6_800_000, 100, 100, 60, 40)
    row, col = np.mgrid[:60, :40]
    ground = np.where(row < 40, 60.0 - row + abs(col - 20), 0.0).astype(np.float32)
    layers = {"dem": ground}
    for name in MEMBERS:
        found = alone(layers, grid, name)
        assert np.isnan(found[40:]).all(), name
        assert np.isfinite(found[:40]).any(), name


def test_a_cut_basin_is_told_where_the_area_needs_it_and_only_there():
    inner = Window(10, 10, 20, 20)
    seen, cut = {"dem": basin()}, {"dem": basin(outside=np.nan)}
    assert not list(cut_basin(trace(ground_of(seen, inner), seen)))
    (told,) = cut_basin(trace(ground_of(cut, inner), cut))
    assert told.code == "basin_cut"
    assert "100%" in told.text.en


def test_too_large_ground_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(routing, "MAX_CELLS", 10)

    def read(key, window):
        raise AssertionError(key)

    with pytest.raises(UnusableGrid, match=r"60 x 40 cells.*--resolution"):
        together(Surroundings(GRID, GRID.whole(), read), ["dem"], ["hand"], lambda *_: None)
