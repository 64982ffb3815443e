import numpy as np
import pytest

from geoml.areas.ingest import masking
from geoml.areas.ingest.masking import mask_scene, rimmed
from geoml.areas.ingest.rasters import Scene
from geoml.raster.cog import read, write
from geoml.raster.grid import Grid

GRID = Grid("EPSG:32618", 390_000.0, 4_491_000.0, 30.0, 30.0, 64, 61)
LAND = {
    "blue": 0.09, "green": 0.07, "red": 0.04, "nir": 0.24,
    "swir1": 0.14, "swir2": 0.045, "thermal": 296.0,
}  # fmt: skip
WHITE = {**dict.fromkeys(LAND, 0.4), "thermal": 284.0}


def staged(folder, factor: int = 1) -> dict[str, dict]:
    """A scene with a cloud in rows 20..29, columns 30..43 of the analysis grid."""
    rng = np.random.default_rng(9)
    grid = GRID.refine(factor)
    facts = {}
    for key, value in LAND.items():
        values = np.full(grid.shape, value) * rng.normal(1, 0.002, grid.shape)
        values[20 * factor : 30 * factor, 30 * factor : 44 * factor] = WHITE[key]
        write(folder / f"{key}.tif", values.astype(np.float32), grid, bands=(key,))
        facts[key] = {"file": f"{key}.tif", "factor": factor, "coverage_percent": 100.0}
    return facts


def scene(folder, sensor="landsat7") -> Scene:
    return Scene(GRID, folder, sensor, "2002-07-20", {}, None)


@pytest.mark.parametrize(("factor", "most"), [(1, 9_000_000), (2, 9_000_000), (1, 1_000)])
def test_cloud_and_its_rim_go_from_every_band(tmp_path, monkeypatch, factor, most):
    """At the grid's resolution, finer than it, and judged in coarser cells."""
    monkeypatch.setattr(masking, "MAX_JUDGED_CELLS", most)
    facts = staged(tmp_path, factor)
    mask_scene(facts, scene(tmp_path))
    for key in LAND:
        values = read(tmp_path / f"{key}.tif")
        assert np.isnan(values[20 * factor : 30 * factor, 30 * factor : 44 * factor]).all()
        assert np.isfinite(values[: 15 * factor, : 20 * factor]).all()
        known = 100 * np.isfinite(values).mean()
        assert facts[key]["coverage_percent"] == pytest.approx(known, abs=0.051)
    assert 3 < facts["nir"]["masked_percent"] < 8


@pytest.mark.parametrize("case", ["no thermal", "level 2", "no sensor"])
def test_without_a_whole_level1_scene_nothing_is_masked(tmp_path, case):
    facts = staged(tmp_path)
    if case == "no thermal":
        del facts["thermal"]
    sensor = {"level 2": "landsat8", "no sensor": None}.get(case, "landsat7")
    mask_scene(facts, scene(tmp_path, sensor))
    assert all("masked_percent" not in one for one in facts.values())
    assert np.isfinite(read(tmp_path / "nir.tif")).all()


def test_the_rim_is_metres_wide_and_holes_are_filled():
    bad = np.zeros((30, 30), bool)
    bad[10:15, 10:15] = True
    bad[12, 12] = False
    wide = rimmed(bad, 15.0, 45.0)
    rows, cols = np.nonzero(wide)
    assert (rows.min(), rows.max(), cols.min(), cols.max()) == (9, 15, 7, 17)
    assert wide[12, 12]
