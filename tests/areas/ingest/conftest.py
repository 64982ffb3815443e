"""A bench for making hostile rasters, and the part of the reader that stages one."""

import struct
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import rasterio

from geoml.areas import keys
from geoml.areas.ingest.rasters import Scene, stage_raster
from geoml.raster.cog import open_cog
from geoml.raster.grid import Grid


@dataclass
class Bench:
    """Where files are made: a folder, and the grid of the town they are for."""

    folder: Path
    grid: Grid

    def tif(self, values=120.0, name="file.tif", **options):
        """A GeoTIFF on the grid of the town; a number fills it."""
        if np.ndim(values) == 0:
            values = np.full(self.grid.shape, values, options.pop("dtype", "float32"))
        bands = np.atleast_3d(values).transpose(2, 0, 1) if np.ndim(values) == 2 else values
        scale = options.pop("scale", None)
        profile = {"driver": "GTiff", "crs": self.grid.crs, "transform": self.grid.transform}
        profile |= {"count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with rasterio.open(
                self.folder / name, "w", dtype=bands.dtype, **{**profile, **options}
            ) as dataset:
                dataset.write(bands)
                if scale:
                    dataset.scales, dataset.offsets = (scale[0],), (scale[1],)
        return self.folder / name

    def text(self, text, name="file.tif"):
        path = self.folder / name
        path.write_text(text)
        return path

    def change(self, path, **points):
        """Open for a change of what the profile cannot say."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with rasterio.open(path, "r+") as dataset:
                for name, value in points.items():
                    setattr(dataset, name, value)
        return path

    def patched(self, path, tag, value):
        """Overwrite the value (four bytes, or a number) of one tag of a little-endian TIFF."""
        data = bytearray(path.read_bytes())
        (start,) = struct.unpack_from("<I", data, 4)
        (count,) = struct.unpack_from("<H", data, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            if struct.unpack_from("<H", data, entry)[0] == tag:
                new = value if isinstance(value, bytes) else struct.pack("<I", value)
                data[entry + 8 : entry + 12] = new
                break
        else:
            raise LookupError(f"no tag {tag}")
        path.write_bytes(data)
        return path

    def sparse(self, side):
        """A tiled BigTIFF that declares ``4 * side**2`` bytes and holds one tile, over the town."""
        path = self.folder / "sparse.tif"
        place = {"crs": self.grid.crs, "transform": self.grid.transform, "BIGTIFF": "YES"}
        profile = {"count": 1, "dtype": "float32", "width": side, "height": side, "nodata": -1}
        with rasterio.open(
            path, "w", driver="GTiff", tiled=True, blockxsize=512, blockysize=512, sparse_ok=True,
            **profile, **place,
        ) as dataset:  # fmt: skip
            dataset.write(np.full((512, 512), 7, "float32"), 1, window=((0, 512), (0, 512)))
        return path

    def bomb(self, side, compress):
        """One tile that unpacks to ``4 * side**2`` bytes of zero."""
        path = self.folder / "bomb.tif"
        tile = {"tiled": True, "blockxsize": side, "blockysize": side, "compress": compress}
        place = {"crs": self.grid.crs, "transform": self.grid.transform}
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=side,
            height=side,
            count=1,
            dtype="float32",
            **tile,
            **place,
        ) as dataset:
            dataset.write(np.zeros((1, side), "float32"), 1, window=((0, 1), (0, side)))
        return path


@pytest.fixture
def bench(tmp_path, town):
    (tmp_path / "made").mkdir()
    return Bench(tmp_path / "made", town.grid)


@pytest.fixture
def stage(tmp_path, town):
    """Stage a file as the child does; what is stored, shape (bands, rows, cols), nodata as NaN."""

    def run(path, key="dem", band=None):
        folder = tmp_path / "staged"
        folder.mkdir(exist_ok=True)
        scene = Scene(town.grid, folder, None, None, {}, None)
        facts = stage_raster(keys.get(key), path, band, scene)
        with open_cog(folder / facts["file"]) as dataset:
            stored = dataset.read().astype(float)
            stored[stored == dataset.nodata] = np.nan
        return stored

    return run
