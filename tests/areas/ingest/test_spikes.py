"""A block of one exact number, far from all others, is the nodata that a file forgot to declare."""

import numpy as np
import pytest

from geoml.areas import keys
from geoml.areas.ingest import ingest
from geoml.areas.ingest.spikes import far_spike
from geoml.areas.sources import read_on_grid, sources


@pytest.fixture
def stored(home, town):
    """Ingest a file and read it on the grid of the town; with what the report notes."""

    def run(path, key, **options):
        report = ingest(home, town.id, [f"{key}={path}"], **options)
        values = read_on_grid(sources(home, town)[key], town.grid, town.grid.whole())
        return values, " ".join(report.sources[0].notes)

    return run


def terrain(low, high, side=80):
    """A smooth slope from ``low`` to ``high`` with some noise: shape (side, side), float32."""
    rng = np.random.default_rng(5)
    row, col = np.mgrid[:side, :side] / (side - 1)
    slope = low + (high - low) * (0.8 * col + 0.2 * row)
    return (slope + rng.normal(0, 0.02 * (high - low), slope.shape)).astype(np.float32)


def clipped(values, share=0.2, fill=0.0):
    """The same with a block of ``fill`` along its west side."""
    values = values.copy()
    values[:, : round(share * values.shape[1])] = fill
    return values


@pytest.mark.parametrize("pixel", [20.0, 30.0, 45.0])
def test_zero_degrees_outside_a_clip_are_unknown(stored, raster, pixel):
    path = raster(clipped(terrain(25, 45, 120)), pixel=pixel)
    got, notes = stored(path, "lst", units={"lst": "degC"})
    known = np.isfinite(got)
    assert 0.5 < known.mean() < 0.95
    assert got[known].min() > 273.15 + 20
    assert "0 taken for nodata, which the file does not declare" in notes
    assert "% of the cells, far from the others" in notes


def test_zero_metres_in_the_mountains_are_unknown(stored, raster):
    got, notes = stored(raster(clipped(terrain(400, 900))), "dem")
    assert np.nanmin(got) > 380
    assert np.isnan(got).mean() > 0.1
    assert "0 taken for nodata" in notes


@pytest.mark.parametrize(("low", "high"), [(1, 12), (1, 60), (-2, 300), (12, 14)])
def test_the_sea_beside_a_town_stays(stored, raster, low, high):
    """The coast: a fifth of the cells is sea at exactly 0 m, the land rises from it."""
    got, notes = stored(raster(clipped(terrain(low, high))), "dem")
    assert np.isfinite(got).all()
    assert (got == 0).mean() > 0.1
    assert "nodata" not in notes


def test_a_reflectance_of_exactly_zero_never_mixes_with_its_neighbours(stored, raster):
    got, notes = stored(raster(clipped(terrain(0.1, 0.3)), pixel=20.0), "red")
    known = np.isfinite(got)
    assert got[known].min() > 0.08
    assert "0 taken for nodata" in notes


@pytest.mark.parametrize(
    ("key", "values", "spike"),
    [
        ("lst", clipped(terrain(25, 45)), 0.0),
        ("lst", clipped(terrain(15, 48)), 0.0),  # a town with hills: half of its range is far
        ("lst", clipped(terrain(295, 320)), 0.0),  # kelvin
        ("lst", clipped(terrain(25, 45), fill=-99.0), -99.0),
        ("lst", clipped(terrain(25, 45), share=0.02), 0.0),  # few, and more than any other by far
        ("lst", clipped(terrain(-15, 10)), None),  # a winter's day: 0 degC is among the others
        ("lst", clipped(terrain(28, 45), fill=22.0), None),  # a lake
        ("lst", np.rint(terrain(15, 40)), None),  # whole degrees
        ("lst", terrain(25, 45), None),
        ("lst", np.zeros((80, 80), np.float32), None),
        ("dem", clipped(terrain(400, 900), fill=350.0), None),  # a lake, levelled
        ("dem", clipped(terrain(120, 160)), 0.0),
        ("dsm", clipped(terrain(400, 900)), 0.0),
        ("flood_depth", clipped(terrain(1, 2)), None),  # dry ground
        ("population", clipped(terrain(200, 300)), None),  # nobody lives there
        ("red", terrain(0.1, 0.3), None),
        ("red", clipped(terrain(0.1, 0.3), fill=0.9), None),
    ],
)
def test_what_is_a_spike(key, values, spike):
    assert far_spike(keys.get(key), values.ravel(), 1.0, 0.0) == spike


def test_land_that_goes_down_to_the_sea_keeps_it():
    """A cliff coast: the town is on a plateau at 200 m, and a few cells lead down to the sea."""
    values = clipped(terrain(200, 260))
    assert far_spike(keys.get("dem"), values.ravel(), 1.0, 0.0) == 0.0
    values[:20, 16] = np.linspace(1, 190, 20)
    assert far_spike(keys.get("dem"), values.ravel(), 1.0, 0.0) is None


def test_distance_is_measured_in_the_unit_of_the_key():
    """Landsat's numbers and decimetres: ten of them are not far."""
    decimetres = np.where(clipped(terrain(1, 25)) == 0, 0, 10 * terrain(1, 25)).astype(np.float32)
    assert far_spike(keys.get("dem"), decimetres.ravel(), 0.1, 0.0) is None
