"""The same elevation in every raster format that is accepted gives the same source."""

import numpy as np
import pytest
import rasterio

from geoml.areas.ingest import ingest
from geoml.areas.sources import read_on_grid, sources


@pytest.fixture
def elevation(town):
    rows, cols = town.grid.shape
    return (100 + np.arange(rows)[:, None] + 2 * np.arange(cols)[None, :]).astype(np.uint16)


def written(folder, driver, suffix, values, grid):
    """The raster as a file of one format, with the CRS where that format keeps it."""
    path = folder / f"dem{suffix}"
    profile = {
        "height": grid.rows, "width": grid.cols, "count": 1, "dtype": values.dtype,
        "crs": grid.crs, "transform": grid.transform,
    }  # fmt: skip
    options = {"QUALITY": "100", "REVERSIBLE": "YES"} if suffix == ".jp2" else {}
    with (
        rasterio.MemoryFile() as memory,
        memory.open(driver="GTiff", **profile) as plain,
    ):
        plain.write(values, 1)
        rasterio.shutil.copy(plain, path, driver=driver, **options)
    return path


@pytest.mark.parametrize(
    ("driver", "suffix"), [("GTiff", ".tif"), ("JP2OpenJPEG", ".jp2"), ("AAIGrid", ".asc")]
)
def test_every_raster_format_arrives(home, town, tmp_path, elevation, driver, suffix):
    path = written(tmp_path, driver, suffix, elevation, town.grid)
    ingest(home, "town", [f"dem={path}"])
    got = read_on_grid(sources(home, town)["dem"], town.grid, town.grid.whole())
    assert np.array_equal(got, elevation.astype(np.float32))
