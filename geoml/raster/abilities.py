"""What rasterio's GDAL can do here: for ``geoml check``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioIOError
from rasterio.warp import transform

from geoml.raster.cog import write
from geoml.raster.formats import ORTHO_DRIVERS
from geoml.raster.grid import Grid
from geoml.raster.header import opened

NEEDED = (*ORTHO_DRIVERS, "COG", "MEM", "VRT", "WEBP")
"""Drivers of GDAL: what sources may be, what editions are, and what warping goes through."""

_SIDECAR = (
    '<PAMDataset><PAMRasterBand band="1"><NoDataValue>7</NoDataValue></PAMRasterBand></PAMDataset>'
)
_VIRTUAL = '<VRTDataset rasterXSize="1" rasterYSize="1"/>'


def abilities() -> dict[str, object]:
    """Version, drivers, whether the safety settings hold, and PROJ's answer for one point."""
    with rasterio.Env() as environment:
        present = environment.drivers()
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(Path(folder))
    east, north = transform("EPSG:4326", "EPSG:2154", [3.0], [46.5])
    return {
        "version": str(rasterio.__gdal_version__),
        "drivers": {name: name in present for name in NEEDED},
        "settings": settings,
        "lambert": [float(east[0]), float(north[0])],
    }


def _settings(folder: Path) -> dict[str, bool]:
    raster, virtual = folder / "plain.tif", folder / "virtual.tif"
    write(raster, np.ones((2, 2), np.float32), Grid("EPSG:2154", 0.0, 60.0, 30.0, 30.0, 2, 2))
    raster.with_name("plain.tif.aux.xml").write_text(_SIDECAR)
    virtual.write_text(_VIRTUAL)
    with opened(raster) as dataset:
        companions_ignored = dataset.nodata != 7
    return {
        "companion files are not read": companions_ignored,
        "a virtual raster under another name is refused": _refused(virtual),
    }


def _refused(path: Path) -> bool:
    try:
        with rasterio.open(path, driver="GTiff"):
            return False
    except RasterioIOError:
        return True
