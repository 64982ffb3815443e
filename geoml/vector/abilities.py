"""What pyogrio's GDAL can do here: for ``geoml check``. It is another GDAL than rasterio's."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyogrio

from geoml.errors import ForbiddenFormat
from geoml.vector.formats import recognised
from geoml.vector.write import gdal_options

NEEDED = ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "OSM")
"""Drivers of GDAL: what sources may be, and what is exported. Parquet is pyarrow's."""

_VIRTUAL = "<OGRVRTDataSource></OGRVRTDataSource>"
_OPTION = "OGR_CURRENT_DATE"


def abilities() -> dict[str, object]:
    """Version, drivers, and whether the safety settings hold."""
    present = pyogrio.list_drivers()
    return {
        "version": ".".join(map(str, pyogrio.__gdal_version__)),
        "drivers": {name: name in present for name in NEEDED},
        "settings": {
            "options hold and are put back": _options_hold(),
            "a virtual layer under another name is refused": _refused(),
        },
    }


def _options_hold() -> bool:
    before = pyogrio.get_gdal_config_option(_OPTION)
    with gdal_options({_OPTION: "2000-01-01T00:00:00Z"}):
        inside = pyogrio.get_gdal_config_option(_OPTION)
    after = pyogrio.get_gdal_config_option(_OPTION)
    return inside == "2000-01-01T00:00:00Z" and bool(after == before)


def _refused() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        virtual = Path(folder) / "virtual.geojson"
        virtual.write_text(_VIRTUAL)
        try:
            recognised(virtual, NEEDED)
        except ForbiddenFormat:
            return True
    return False
