"""What GDAL may not do in this process, said once to both GDALs: rasterio's and pyogrio's.

The wheels of the two carry a GDAL each, with options of its own. Options of one opening (the
cache, no look at neighbouring files) stand where files are opened, in a ``rasterio.Env``: leaving
an Env unsets what it set, also where the process had set it before. No Env sets one of these.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from types import MappingProxyType

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        # /vsicurl/, /vsis3/ and their kin open only names that end so: none.
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".no-network",
        # Drivers that ask by HTTP themselves (WMS, WFS, HTTP, ...) go through a proxy of a kind
        # that does not exist; NO_PROXY in the environment goes round it, but not round the above.
        "GDAL_HTTP_PROXY": "nowhere://no-network.invalid:1",
        "GDAL_HTTP_MAX_RETRY": "0",
        "CPL_ALLOW_VSISTDIN": "NO",
        "CPL_CURL_ENABLE_VSIMEM": "NO",
        "GDAL_VRT_ENABLE_PYTHON": "NO",  # a VRT may hold a function
        "GDAL_MEM_ENABLE_OPEN": "NO",  # MEM:::DATAPOINTER reads any address of the process
        "OGR_GEOJSON_MAX_OBJ_SIZE": "64",  # MB of one feature
    }
)
"""Option to value, for both."""

PYOGRIO: Mapping[str, str] = MappingProxyType(
    {
        "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",  # a VRT may call any file a raster
        "GDAL_ALLOW_REMOTE_RESOURCE_TO_ACCESS_LOCAL_FILE": "NO",
    }
)
"""Options of newer GDALs, which rasterio's does not have."""

SKIPPED = (
    *("HTTP", "WMS", "WMTS", "WCS", "OGCAPI", "EEDA", "EEDAI", "DAAS", "PLMOSAIC", "STACIT"),
    *("STACTA", "WFS", "OAPIF", "CSW", "AmigoCloud", "Carto", "Elasticsearch", "NGW", "PLSCENES"),
    *("ADBC", "GPSBabel", "GDALG", "OGR_VRT"),
)
"""Drivers that reach the network, start programs or load libraries."""

_locked = False


def lock() -> None:
    """Set the options, once; call it on the main thread before a foreign file is opened.

    Raises RuntimeError on another thread: rasterio would keep the options to that thread.
    """
    global _locked
    if _locked:
        return
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("GDAL's settings must be made on the main thread")
    import pyogrio
    from rasterio.env import set_gdal_config

    for name, value in OPTIONS.items():
        set_gdal_config(name, value)
    pyogrio.set_gdal_config_options({**OPTIONS, **PYOGRIO})
    _locked = True


def environment() -> dict[str, str]:
    """For a process that is started: drivers can only be left out before GDAL is there."""
    return {"GDAL_SKIP": ",".join(SKIPPED), "PROJ_NETWORK": "OFF"}
