"""Which vector format a foreign file has, by its content, and the name to open it under."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geoml.errors import BandNeeded, ForbiddenFormat, OversizedHeader, UnreadableFile

MAX_BYTES = 8 << 30
_MAX_RATIO = 200
_SUFFIXES = {".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON"}
_SUFFIXES[".fgb"] = "FlatGeobuf"
_TITLES = {"GPKG": "GeoPackage", "ESRI Shapefile": "Shapefile, zipped too", "Parquet": "GeoParquet"}


@dataclass(frozen=True, slots=True)
class Opening:
    """A vector file: its driver, and the name to give to GDAL (or to pyarrow)."""

    path: Path
    driver: str
    name: str


def recognised(path: Path, drivers: Sequence[str]) -> Opening:
    """The format of a file and how to open it; the suffix of the name says nothing.

    Raises:
        UnreadableFile: Missing, a folder, or empty.
        ForbiddenFormat: Another format than ``drivers``.
        OversizedHeader: Too large, or a zip archive that unpacks to too much.
        BandNeeded: A zip archive with several vector files.
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
        raise _oversized(path, f"{path.stat().st_size >> 20} MiB")
    absolute = path.resolve()
    driver = _sniff(path)
    opening = _inside_zip(path) if driver == "zip" else Opening(path, driver, absolute.as_posix())
    if opening.driver not in drivers:
        raise ForbiddenFormat(
            "this format is not accepted here",
            where=str(path),
            expected=", ".join(_TITLES.get(name, name) for name in drivers),
            got=opening.driver,
            next_step="export it as GeoPackage (QGIS: Export > Save features as)",
        )
    return opening


def _sniff(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4096)
    if start.startswith(b"SQLite format 3\0"):
        return "GPKG" if start[68:72] in (b"GPKG", b"GP10", b"GP11") else "SQLite"
    for signature, name in (
        (b"fgb\x03", "FlatGeobuf"),
        (b"\0\0\x27\x0a", "ESRI Shapefile"),
        (b"PAR1", "Parquet"),
        (b"PK\x03\x04", "zip"),
        (b"<OGRVRT", "GDAL virtual layer (VRT)"),
        (b"%PDF", "PDF"),
    ):
        if start.startswith(signature):
            return name
    if b"OSMHeader" in start[:64]:
        return "OSM PBF"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return _text_format(text)


def _text_format(text: bytes) -> str:
    if text.startswith(b"{"):
        for mark, name in ((b'"Topology"', "TopoJSON"), (b"esriGeometry", "Esri JSON")):
            if mark in text:
                return name
        return "GeoJSON"
    if text.startswith(b"<"):
        return "XML (KML, GML, OSM or a virtual layer)"
    return "an unknown format"


def _inside_zip(path: Path) -> Opening:
    """The one vector file in a zip archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise unreadable(path, error) from error
    size = sum(entry.file_size for entry in entries)
    if size > MAX_BYTES or size > _MAX_RATIO * path.stat().st_size + (1 << 20):
        raise _oversized(path, f"{size >> 20} MiB once unpacked")
    found = [
        entry.filename for entry in entries if Path(entry.filename).suffix.lower() in _SUFFIXES
    ]
    if len(found) > 1:
        raise BandNeeded(
            "several vector files in one archive",
            where=str(path),
            expected="one",
            got=", ".join(found[:8]),
            next_step="unpack it and choose one of them",
        )
    if not found or ".." in Path(found[0]).parts:
        return Opening(path, "a zip archive without a vector file", "")
    driver = _SUFFIXES[Path(found[0]).suffix.lower()]
    return Opening(path, driver, f"/vsizip/{{{path.resolve().as_posix()}}}/{found[0]}")


def unreadable(path: Path, error: Exception) -> UnreadableFile:
    """The error for a file of the right format whose content cannot be read."""
    return UnreadableFile(
        "cannot be read: truncated, corrupt or not what it says",
        where=str(path),
        expected="a complete vector file",
        got=str(error).replace(str(path.resolve()), path.name)[:200],
        next_step="check that it opens in QGIS, and export it again",
    )


def _oversized(path: Path, got: str) -> OversizedHeader:
    return OversizedHeader(
        "more than is accepted",
        where=str(path),
        expected=f"at most {MAX_BYTES >> 30} GiB, and no archive that unpacks without end",
        got=got,
        next_step="cut it to the area first (QGIS: Clip)",
    )
