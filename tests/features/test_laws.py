"""What every quantity keeps, whichever it is: the registry is walked, no quantity is named.

Hypothesis draws the same 20 or 60 cases in every run (``derandomize``); a case is a small raster of
any proportion, with holes, on cells of any proportion.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.errors import InvalidArgument
from geoml.features import registry
from geoml.features.stack import compute
from geoml.raster.grid import Grid

NAMES = registry.names()
SOURCES = sorted({key for name in NAMES for key in registry.sources_of(name)})
WHOLE = {name for name in NAMES if registry.get(name).strips}
TOGETHER = {name for name in NAMES if registry.get(name).family}
"""Where these are known depends on all of the ground: tests/features/hydrology tells."""
TURNED = tuple(name for name in NAMES if name != "catchment")
"""What knows no first row: groups of cells are numbered from there, and small ones joined in the
squares of a net that is laid from there."""
laws = settings(max_examples=60, deadline=None, derandomize=True)
few = settings(laws, max_examples=20)

ODD = (np.nan, np.inf, -np.inf, 3.4e38, -3.4e38, 1e9, -1e9, -9999.0)
"""What a file may hold where it knows nothing; no source can have these values."""

grids = st.builds(
    Grid,
    crs=st.just("EPSG:2154"),
    west=st.just(650_000.0),
    north=st.just(6_700_000.0),
    pixel_x=st.sampled_from((20.0, 50.0, 100.0, 240.0)),
    pixel_y=st.sampled_from((25.0, 50.0, 90.0, 240.0)),
    rows=st.integers(2, 14),
    cols=st.integers(2, 17),
)
holes = st.sampled_from((0.0, 0.05, 0.3, 0.9, 1.0))
seeds = st.integers(0, 2**32 - 1)


def town(grid, seed, share_unknown=0.0):
    """Every source of every quantity: sane values, each with its own holes; water is a mask."""
    rng = np.random.default_rng(seed)
    layers = {}
    for key in SOURCES:
        if key == "water":
            layers[key] = rng.random(grid.shape) < (0 if share_unknown == 1 else 0.05)
            continue
        low, high = {"dem": (0, 800), "buildings": (0, 1)}.get(key, (0.01, 0.6))
        values = rng.uniform(low, high, grid.shape).astype(np.float32)
        values[rng.random(grid.shape) < share_unknown] = np.nan
        layers[key] = values
    return layers


def run(layers, grid, names=NAMES, **options):
    """Every quantity, as the stack gives it."""
    out = {name: np.full(grid.shape, -7777, np.float32) for name in names}

    def write(name, values, window):
        assert values.dtype == np.float32
        assert values.shape == (window.rows, window.cols)
        out[name][window.slices] = values

    compute(names, lambda key, window: layers[key][window.slices], write, grid, **options)
    return out


def same(got, expected):
    """Equal to the last bit, unknown where unknown."""
    assert got.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(got[name], values, err_msg=name)


def around(grid, quantity):
    """Offsets (rows, columns) of the cells that a value may depend on, by the declaration."""
    reach = quantity.halo(grid)
    down, right = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    far = np.hypot(down * grid.pixel_y, right * grid.pixel_x) <= quantity.halo_m * (1 + 1e-9)
    near = np.maximum(abs(down), abs(right)) <= quantity.halo_cells
    return np.column_stack([down[far | near], right[far | near]])


def known(name, layers, grid):
    """Where a quantity must have an answer, and nowhere else: its declaration, cell by cell."""
    if not registry.is_quantity(name):
        return np.isfinite(layers[name].astype(float))
    quantity = registry.get(name)
    if quantity.least_known == 0:
        (mask,) = quantity.needs
        return np.full(grid.shape, layers[mask].any())
    inputs = np.logical_and.reduce([known(need, layers, grid) for need in quantity.needs])
    offsets = around(grid, quantity)
    seen, inside = np.zeros(grid.shape, int), np.zeros(grid.shape, int)
    row, col = np.mgrid[: grid.rows, : grid.cols]
    for down, right in offsets:
        there = row + down, col + right
        ok = (there[0] >= 0) & (there[0] < grid.rows) & (there[1] >= 0) & (there[1] < grid.cols)
        seen[ok] += inputs[there[0][ok], there[1][ok]]
        inside += ok
    if quantity.least_known == 1:
        return seen == inside
    return seen >= max(1, quantity.least_known * len(offsets))


@given(grids, seeds, holes)
@laws
def test_unknown_in_unknown_out_exactly_as_declared(grid, seed, share):
    layers = town(grid, seed, share)
    for name, values in run(layers, grid).items():
        expected = known(name, layers, grid)
        if name in TOGETHER:
            expected &= np.isfinite(values)
        np.testing.assert_array_equal(np.isfinite(values), expected, err_msg=name)


@given(grids)
@few
def test_nothing_known_is_nothing_answered(grid):
    for name, values in run(town(grid, 0, 1.0), grid).items():
        assert np.isnan(values).all(), name


def optional_sources(name):
    """Sources that may change a quantity and that it can do without."""
    used = registry.sources_of(name)
    return [key for key in used if not registry.lacking(name, set(used) - {key})]


@pytest.mark.parametrize("name", [n for n in NAMES if optional_sources(n) and n not in TOGETHER])
def test_an_unknown_optional_input_makes_nothing_unknown(name):
    grid = Grid("EPSG:2154", 0, 0, 50, 50, 12, 12)
    layers = town(grid, 3)
    full = run(layers, grid, (name,))[name]
    for key in optional_sources(name):
        layers[key] = np.full(grid.shape, np.nan, np.float32)
    without = run(layers, grid, (name,))[name]
    np.testing.assert_array_equal(np.isnan(without), np.isnan(full))
    assert (without != full).any()


@given(grids, seeds, holes, st.sampled_from(ODD), seeds)
@laws
def test_values_lie_in_their_range_whatever_the_sources_hold(grid, seed, share, odd, where):
    layers = town(grid, seed, share)
    rng = np.random.default_rng(where)
    for key, values in layers.items():
        if values.dtype != bool:
            values[rng.random(grid.shape) < 0.3] = odd
        else:
            layers[key] = np.where(rng.random(grid.shape) < 0.3, odd, values).astype(np.float32)
    for name, values in run(layers, grid).items():
        low, high = registry.get(name).valid
        got = values[~np.isnan(values)]
        assert ((got >= low) & (got <= high)).all(), name


@given(grids, seeds, holes, st.sampled_from(ODD[1:]), seeds)
@laws
def test_infinite_and_impossible_is_unknown_not_an_answer(grid, seed, share, odd, where):
    """A source with an impossible number somewhere answers as if that cell were unknown."""
    unknown, impossible = town(grid, seed, share), town(grid, seed, share)
    rng = np.random.default_rng(where)
    for key in SOURCES:
        hit = rng.random(grid.shape) < 0.2
        if key == "water":
            unknown[key] = unknown[key] & ~hit
            impossible[key] = np.where(hit, odd, impossible[key]).astype(np.float32)
        else:
            unknown[key][hit] = np.nan
            impossible[key][hit] = odd
    same(run(impossible, grid), run(unknown, grid))


@given(grids, seeds, holes, st.integers(1, 20), st.sampled_from((1, 2, 5)))
@laws
def test_blocks_and_threads_change_no_bit(grid, seed, share, block, workers):
    layers = town(grid, seed, share)
    same(run(layers, grid, block=block, workers=workers), run(layers, grid, workers=1))


@given(grids, seeds, st.integers(1, 14), st.sampled_from((1, 2, 5)))
@few
def test_strips_of_any_height_change_no_bit(grid, seed, rows, workers):
    """The quantities of the whole raster are cut in strips, not in blocks."""
    from geoml.features.distance import distance_strips

    layers = town(grid, seed)
    for name in WHOLE:
        got = np.full(grid.shape, -7777, np.float32)
        (key,) = registry.get(name).needs

        def read(window, mask=layers[key]):
            return mask[window.slices]

        def write(values, window, out=got):
            out[window.slices] = values

        distance_strips(read, write, grid, strip_rows=rows, workers=workers)
        whole = registry.get(name).compute({key: layers[key]}, grid)
        np.testing.assert_array_equal(got, whole, err_msg=name)


@given(grids, seeds, holes)
@few
def test_the_stack_gives_a_family_what_its_members_give_alone(grid, seed, share):
    layers = town(grid, seed, share)
    for name, values in run(layers, grid, tuple(TOGETHER)).items():
        alone = registry.get(name).compute(layers, grid)
        np.testing.assert_array_equal(alone.astype(np.float32), values, err_msg=name)


@given(grids, seeds, holes, st.randoms(use_true_random=False))
@few
def test_the_order_of_names_and_sources_changes_no_bit(grid, seed, share, luck):
    layers = town(grid, seed, share)
    names, keys = list(NAMES), list(SOURCES)
    luck.shuffle(names)
    luck.shuffle(keys)
    shuffled = {key: layers[key] for key in keys}
    got = run(shuffled, grid, tuple(names), sources=tuple(keys))
    same(dict(sorted(got.items())), run(layers, grid, sources=tuple(SOURCES)))


@given(grids, seeds, holes)
@few
def test_one_alone_is_the_same_as_among_all(grid, seed, share):
    layers = town(grid, seed, share)
    together = run(layers, grid)
    for name in NAMES:
        same(run(layers, grid, (name,)), {name: together[name]})


@given(grids, seeds, holes)
@few
def test_no_input_is_written_to(grid, seed, share):
    layers = town(grid, seed, share)
    before = {key: values.tobytes() for key, values in layers.items()}
    for values in layers.values():
        values.setflags(write=False)  # a quantity that writes raises
    run(layers, grid, block=5)
    assert before == {key: values.tobytes() for key, values in layers.items()}


@given(grids, seeds, holes, st.integers(1, 6), st.integers(1, 6))
@laws
def test_ground_beyond_the_declared_reach_does_not_matter(grid, seed, share, below, beside):
    """The same ground in a larger raster: only cells whose reach crosses the old edge change."""
    larger = Grid(
        grid.crs, grid.west, grid.north, grid.pixel_x, grid.pixel_y,
        grid.rows + below, grid.cols + beside,
    )  # fmt: skip
    wide = town(larger, seed, share)
    narrow = {key: values[: grid.rows, : grid.cols].copy() for key, values in wide.items()}
    here, there = run(narrow, grid), run(wide, larger)
    for name in set(NAMES) - WHOLE - TOGETHER:
        reach = _reach(name, grid)
        inner = slice(0, max(grid.rows - reach, 0)), slice(0, max(grid.cols - reach, 0))
        np.testing.assert_array_equal(here[name][inner], there[name][inner], err_msg=name)


def _reach(name, grid):
    """Cells from which a quantity may take anything, through those that it is made from."""
    if not registry.is_quantity(name):
        return 0
    quantity = registry.get(name)
    further = max(_reach(n, grid) for n in (*quantity.needs, *quantity.optional))
    return quantity.halo(grid) + further


@given(grids, seeds, holes)
@laws
def test_mirrored_ground_has_the_mirrored_answer(grid, seed, share):
    """North is up in every array: what a south-up file is turned into answers like the other."""
    layers = town(grid, seed, share)
    straight = run(layers, grid, TURNED)
    for flip in (np.flipud, np.fliplr):
        mirrored = run({key: flip(values).copy() for key, values in layers.items()}, grid, TURNED)
        same({name: flip(values) for name, values in mirrored.items()}, straight)


@given(grids, seeds, holes)
@laws
def test_the_sides_of_oblong_cells_are_not_exchanged(grid, seed, share):
    """Turned by a quarter, cells and all, the ground is the same ground."""
    layers = town(grid, seed, share)
    turned = Grid(grid.crs, grid.west, grid.north, grid.pixel_y, grid.pixel_x, grid.cols, grid.rows)
    got = run({key: values.T.copy() for key, values in layers.items()}, turned, TURNED)
    for name, values in run(layers, grid, TURNED).items():
        np.testing.assert_allclose(got[name].T, values, rtol=1e-6, atol=1e-6, err_msg=name)


@given(grids, st.sampled_from((0.5, 2.0, 10.0)), seeds)
@laws
def test_metres_are_metres(grid, factor, seed):
    """Ground of the same form ``factor`` times as wide: distances grow with it, slopes flatten."""
    wide = Grid(
        grid.crs, grid.west, grid.north,
        grid.pixel_x * factor, grid.pixel_y * factor, grid.rows, grid.cols,
    )  # fmt: skip
    layers = town(grid, seed)
    small, large = run(layers, grid), run(layers, wide)
    for name in set(NAMES) - TOGETHER:
        quantity = registry.get(name)
        if quantity.halo_m:
            continue  # its disk keeps its metres, and holds other cells
        if quantity.strips and quantity.unit == "m":
            expected = small[name] * factor
        elif quantity.unit == "degree":
            rise = np.tan(np.radians(small[name].astype(float))) / factor
            expected = np.degrees(np.arctan(rise))
        else:
            expected = small[name]
        np.testing.assert_allclose(large[name], expected, rtol=1e-4, err_msg=name)


@pytest.mark.parametrize("side", [0.0, -30.0, np.nan, np.inf])
@pytest.mark.parametrize("which", ["pixel_x", "pixel_y"])
def test_there_is_no_grid_that_is_upside_down_or_has_no_size(which, side):
    sides = {"pixel_x": 30.0, "pixel_y": 30.0, which: side}
    with pytest.raises(InvalidArgument, match="not a grid"):
        Grid("EPSG:2154", 0, 0, rows=3, cols=3, **sides)
