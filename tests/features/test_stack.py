"""The stack gives what the pure functions give on whole arrays, however it is cut."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoml.errors import GridMismatch, InvalidArgument
from geoml.features import registry
from geoml.features.albedo import albedo
from geoml.features.focal import focal_mean
from geoml.features.imperviousness import imperviousness
from geoml.features.ndvi import ndvi
from geoml.features.quantity import Surroundings
from geoml.features.slope import slope
from geoml.features.stack import compute
from geoml.features.water_distance import water_distance
from geoml.raster.grid import Grid, Window

GRID = Grid("EPSG:2154", 600_000, 6_800_000, 60, 90, 37, 53)
OPTICAL = ("red", "green", "blue", "nir", "swir1", "swir2")


def town(grid=GRID, seed=0):
    """Sources with a hole each: what a real area looks like to the stack."""
    rng = np.random.default_rng(seed)
    layers = {key: rng.uniform(0, 0.5, grid.shape).astype(np.float32) for key in OPTICAL}
    row, col = np.mgrid[: grid.rows, : grid.cols]
    layers["dem"] = (300 + 40 * np.sin(row / 9) + 3 * col).astype(np.float32)
    layers["buildings"] = rng.beta(0.3, 2, grid.shape).astype(np.float32)
    for number, layer in enumerate(layers.values()):
        layer[3 * number : 3 * number + 5, 4 * number : 4 * number + 6] = np.nan
    return layers | {"water": np.abs(col - 20 - row // 3) < 1}


class Recorder:
    """A reader and a writer that remember."""

    def __init__(self, layers, grid=GRID):
        self.layers, self.read, self.written = layers, [], []
        self.out, self.grid, self.writers = {}, grid, set()

    def reader(self, key, window):
        self.read.append((key, window))
        return self.layers[key][window.slices]

    def writer(self, name, values, window):
        assert values.dtype == np.float32
        self.writers.add(threading.get_ident())
        self.written.append((name, window))
        whole = self.out.setdefault(name, np.full(self.grid.shape, -1, np.float32))
        whole[window.slices] = values


def run(names, layers=None, grid=GRID, **options):
    record = Recorder(layers or town(grid), grid)
    compute(names, record.reader, record.writer, grid, **options)
    return record


def whole_arrays():
    layers, grid = town(), GRID
    index = ndvi(layers["red"], layers["nir"])
    sealed = imperviousness(index, layers["nir"], layers["green"], layers["buildings"])
    around = (grid.pixel_x, grid.pixel_y, 300)
    return {
        "ndvi": index,
        "albedo": albedo(*(layers[key] for key in ("blue", "red", "nir", "swir1", "swir2"))),
        "building_density": layers["buildings"],
        "imperviousness": sealed,
        "slope": slope(layers["dem"], grid.pixel_x, grid.pixel_y),
        "ndvi_mean_300m": focal_mean(index, *around),
        "imperviousness_mean_300m": focal_mean(sealed, *around),
        "water_distance": water_distance(layers["water"], grid.pixel_x, grid.pixel_y),
    }


@given(block=st.integers(5, 60), workers=st.integers(1, 4))
@settings(max_examples=15, deadline=None)
def test_blocks_and_workers_change_no_bit(block, workers):
    expected = whole_arrays()
    got = run(registry.names(), block=block, workers=workers).out
    assert set(got) == set(registry.names())
    for name, values in expected.items():
        np.testing.assert_array_equal(got[name], values, err_msg=name)


def test_values_are_in_their_declared_range_or_unknown():
    for name, values in run(registry.names()).out.items():
        low, high = registry.get(name).valid
        known = values[~np.isnan(values)]
        assert known.size, name
        assert low <= known.min(), name
        assert known.max() <= high, name


def test_each_source_is_read_once_a_block():
    record = run([name for name in registry.names() if registry.get(name).is_local], block=20)
    keys = [key for key, _ in record.read]
    blocks = 2 * 3
    assert {key: keys.count(key) for key in set(keys)} == dict.fromkeys(
        (*OPTICAL, "dem", "buildings"), blocks
    )


def test_a_family_reads_each_source_once_whatever_is_wanted_of_it():
    record = run(["hand", "gfi", "twi"])
    assert sorted(record.read) == [("dem", GRID.whole()), ("water", GRID.whole())]
    assert [name for name, _ in record.written] == ["hand", "gfi", "twi"]


def test_a_family_looks_at_the_surroundings_and_writes_the_area():
    layers = town()
    window = Window(9, 12, 20, 30)
    inner = GRID.window(window)
    narrow = {key: values[window.slices] for key, values in layers.items()}
    ground = Surroundings(GRID, window, lambda key, part: layers[key][part.slices])
    got = run(["hand", "ndvi"], narrow, inner, ground=ground).out
    wide = run(["hand", "ndvi"], layers).out
    for name in ("hand", "ndvi"):
        np.testing.assert_array_equal(got[name], wide[name][window.slices], err_msg=name)
    assert (got["hand"] != run(["hand"], narrow, inner).out["hand"]).any()


def test_surroundings_of_another_lattice_are_refused():
    ground = Surroundings(GRID, Window(1, 0, *GRID.shape), lambda *_: None)
    with pytest.raises(GridMismatch, match="another lattice"):
        compute(["hand"], Recorder({}).reader, lambda *_: None, GRID, ground=ground)


def test_a_basin_that_was_not_seen_as_a_whole_is_told():
    record = Recorder(town())
    told = compute(["hand", "sink_depth", "ndvi"], record.reader, record.writer, GRID)
    assert set(told) == {"hand"}
    (caution,) = told["hand"]
    assert caution.code == "basin_cut"
    assert "\u00a0% du territoire" in caution.text.fr
    assert "% of the area" in caution.text.en


def test_only_what_is_asked_for_is_written_by_the_calling_thread():
    record = run(["imperviousness_mean_300m"], block=10)
    assert set(record.out) == {"imperviousness_mean_300m"}
    assert record.writers == {threading.get_ident()}


def test_same_order_of_writing_in_every_run():
    assert run(registry.names(), block=10).written == run(registry.names(), block=10).written


def test_an_optional_source_that_was_never_ingested_is_left_out():
    layers = {key: values for key, values in town().items() if key in ("red", "nir")}
    got = run(["imperviousness"], layers, sources=layers).out["imperviousness"]
    index = ndvi(layers["red"], layers["nir"])
    np.testing.assert_array_equal(got, imperviousness(index, layers["nir"]))


def test_quantities_of_an_earlier_run_are_taken_as_they_are():
    before = np.full(GRID.shape, 0.5, np.float32)
    read = []

    def ready(name, window):
        read.append(name)
        return before[window.slices]

    got = run(["ndvi_mean_300m"], {"unused": before}, ready=ready).out["ndvi_mean_300m"]
    assert set(read) == {"ndvi"}
    assert got[18, 25] == 0.5


def test_progress_ends_at_one():
    told = []
    run(["ndvi", "water_distance"], block=20, progress=lambda *step: told.append(step))
    assert [share for _, share in told] == pytest.approx([k / 7 for k in range(1, 8)])
    assert told[-1] == ("water_distance", 1.0)


def test_nothing_asked_nothing_read():
    assert not run([]).read


def test_an_error_of_the_reader_ends_the_work():
    def reader(key, window):
        raise GridMismatch("stored for another grid", where=key)

    with pytest.raises(GridMismatch, match="stored for another grid"):
        compute(["ndvi"], reader, lambda *_: None, GRID, block=10)


def test_a_reader_of_the_wrong_shape_is_named():
    with pytest.raises(GridMismatch, match=r"dem: .*expected \(37, 53\), got \(1, 1\)"):
        compute(["elevation"], lambda *_: np.zeros((1, 1)), lambda *_: None, GRID)


def test_a_missing_source_is_told_before_anything_is_read():
    record = Recorder({})
    with pytest.raises(InvalidArgument, match="no source water"):
        compute(["water_distance"], record.reader, record.writer, GRID, sources=("red",))
    assert not record.read
