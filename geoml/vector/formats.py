"""Which vector format a foreign file has, by its content, and how it is opened.

GDAL looks at names, at what lies beside a file, and at all formats that it knows; a FlatGeobuf
that holds the text of a virtual layer is a virtual layer to it. So files are opened under a plain
name in a folder of ours, with the parts that we choose, and checked before GDAL sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geoml.errors import ForbiddenFormat, OversizedHeader, UnreadableFile

MAX_BYTES = 8 << 30
# GDAL's vector drivers that nothing here needs: those that reach other files, servers or programs
# first. For OGR_SKIP, which GDAL reads once, when it is loaded.
SKIPPED = (
    *("OGR_VRT", "GDALG", "CSV", "GeoJSON", "GeoJSONSeq", "ESRIJSON", "TopoJSON", "JSONFG"),
    *("WFS", "OAPIF", "OGCAPI", "CSW", "EEDA", "HTTP", "Elasticsearch", "Carto", "AmigoCloud"),
    *("PLSCENES", "NGW", "GeoRSS", "GML", "GMLAS", "KML", "LIBKML", "GPX", "SQLite", "PostgreSQL"),
    *("MySQL", "MSSQLSpatial", "ODBC", "PGeo", "HANA", "OCI", "MongoDBv3", "Parquet", "Arrow"),
    *("ADBC", "GPSBabel", "OpenFileGDB", "MapInfo File", "S57", "DGN", "DXF", "EDIGEO", "LVBAG"),
    *("PDF", "PDS4", "VICAR", "PCIDSK", "MBTiles", "MVT", "PMTiles", "XLSX", "XLS", "ODS", "VDV"),
    *("AVCBin", "AVCE00", "AIVector", "GTFS", "Idrisi", "JML", "MapML", "MiraMonVector", "NAS"),
    *("OGR_GMT", "OGR_PDS", "PGDUMP", "SXF", "Selafin", "VFK", "WAsP", "CAD", "DWG", "netCDF"),
)
_TITLES = {
    "GPKG": "GeoPackage",
    "ESRI Shapefile": "Shapefile, zipped too",
    "Parquet": "GeoParquet",
    "OSM": "OSM PBF",
}
_SIGNATURES = (
    (b"fgb\x03", "FlatGeobuf"),
    (b"\0\0\x27\x0a", "ESRI Shapefile"),
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"<OGRVRT", "GDAL virtual layer (VRT)"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "a gzip archive (unpack it)"),
    (b"7z\xbc\xaf", "a 7-Zip archive (unpack it)"),
    (b"\xff\xfe", "text in UTF-16 (save it as UTF-8)"),
    (b"\xfe\xff", "text in UTF-16 (save it as UTF-8)"),
    (b"\x1e", "GeoJSON text sequence"),
)
_JSON_MARKS = (
    (b'"Topology"', "TopoJSON"),
    (b"esriGeometry", "Esri JSON"),
    (b"gdal_streamed_alg", "a GDAL pipeline (GDALG)"),
    (b"<OGRVRT", "GDAL virtual layer (VRT)"),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A file as it was named by the caller, its driver, and the file to open in its place."""

    path: Path
    driver: str
    file: Path
    layer: str | None = None
    note: str | None = None


def recognised(path: Path, drivers: Sequence[str]) -> str:
    """The driver of a file, or ``zip``; the suffix of its name says nothing.

    Raises:
        UnreadableFile: Missing, a folder, or empty.
        ForbiddenFormat: Another format than ``drivers``.
        OversizedHeader: Too large.
    """
    if not path.is_file() or path.stat().st_size == 0:
        raise UnreadableFile(
            "nothing to read",
            where=str(path),
            expected="a file",
            got="an empty file" if path.is_file() else "no file of that name",
            next_step="check the path, or download the file again",
        )
    if path.stat().st_size > MAX_BYTES:
        raise oversized(path, f"{path.stat().st_size >> 20} MiB")
    driver = sniff(path)
    if driver not in (*drivers, "zip"):
        raise forbidden(path, drivers, driver)
    return driver


def forbidden(path: Path, drivers: Sequence[str], got: str) -> ForbiddenFormat:
    """The error for a file whose format is not among ``drivers``."""
    return ForbiddenFormat(
        "this format is not accepted here",
        where=str(path),
        expected=", ".join(_TITLES.get(name, name) for name in drivers),
        got=_TITLES.get(got, got),
        next_step="export it as GeoPackage (QGIS: Export > Save features as)",
    )


def sniff(path: Path) -> str:
    """The driver that a file's first bytes belong to, or what else it seems to be."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    if start.startswith(b"SQLite format 3\0"):
        return "GPKG" if start[68:72] in (b"GPKG", b"GP10", b"GP11") else "SQLite, no GeoPackage"
    for signature, name in _SIGNATURES:
        if start.startswith(signature):
            return name
    if b"OSMHeader" in start[:64]:
        return "OSM"
    return _text_format(start.removeprefix(b"\xef\xbb\xbf").lstrip())


def _text_format(text: bytes) -> str:
    if text.startswith(b"{"):
        return next((name for mark, name in _JSON_MARKS if mark in text), "GeoJSON")
    if text.startswith(b"<"):
        return "XML (KML, GML, OSM or a virtual layer)"
    return "an unknown format"


def unreadable(path: Path, error: Exception | str) -> UnreadableFile:
    """The error for a file of the right format whose content cannot be read."""
    return UnreadableFile(
        "cannot be read: truncated, corrupt or not what it says",
        where=str(path),
        expected="a complete vector file",
        got=str(error)[:200] or type(error).__name__,
        next_step="check that it opens in QGIS, and export it again",
    )


def oversized(path: Path, got: str) -> OversizedHeader:
    """The error for a file that holds, or declares, more than is accepted."""
    return OversizedHeader(
        "more than is accepted",
        where=str(path),
        expected=f"at most {MAX_BYTES >> 30} GiB, and no archive that unpacks without end",
        got=got,
        next_step="cut it to the area first (QGIS: Clip)",
    )
