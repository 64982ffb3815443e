"""What a foreign raster file is, told by its first bytes and never by its name."""

from __future__ import annotations

import re
import stat
from collections.abc import Sequence
from pathlib import Path

from geoml.errors import ForbiddenFormat, UnreadableFile

RASTER_DRIVERS = ("GTiff", "JP2OpenJPEG", "AAIGrid")
ORTHO_DRIVERS = (*RASTER_DRIVERS, "JPEG", "PNG")

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"II*\0", "GTiff"),
    (b"MM\0*", "GTiff"),
    (b"II+\0", "GTiff"),
    (b"MM\0+", "GTiff"),
    (b"\0\0\0\x0cjP  ", "JP2OpenJPEG"),
    (b"\xffO\xffQ", "JP2OpenJPEG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"<VRTDataset", "VRT"),
    (b"%PDF", "PDF"),
    (b"CDF", "netCDF"),
    (b"\x89HDF", "HDF5"),
    (b"PK\x03\x04", "zip archive"),
    (b"SQLite format 3", "GeoPackage or SQLite"),
    (b"GIF8", "GIF"),
    (b"RIFF", "WebP"),
    (b"<GDAL_WMS", "WMS"),
    (b"<WMS_", "WMS"),
    (b"<", "XML or HTML"),
)
_NAMES = {
    "GTiff": "GeoTIFF",
    "JP2OpenJPEG": "JPEG 2000",
    "AAIGrid": "ESRI ASCII grid",
    "VRT": "GDAL virtual raster (VRT)",
}


def unreadable(path: Path, error: Exception) -> UnreadableFile:
    """The error for a file of the right format whose content cannot be read."""
    detail = str(_root(error)).replace(str(path.resolve()), path.name)[:200]
    detail = re.sub(r"^\S+\.cpp, \d+: ", "", detail)  # where in GDAL's source it says so
    if "alloc" in detail.lower() or "out of memory" in detail.lower():
        return out_of_memory(str(path), detail)
    return UnreadableFile(
        "cannot be read: truncated or corrupt",
        where=str(path),
        expected=f"a complete {_NAMES.get(sniff(path), sniff(path))} file",
        got=detail,
        next_step="download or export the file again, and check that it opens in QGIS",
    )


def out_of_memory(where: str = "", got: str = "") -> UnreadableFile:
    """The error for a file that asks for more memory than its reader may take."""
    return UnreadableFile(
        "reading it takes more memory than is allowed",
        where=where,
        expected="a file whose blocks or rows fit into memory",
        got=got,
        next_step="cut it to the area first, or export it again with tiles of 512 x 512",
    )


def _root(error: BaseException) -> BaseException:
    """What GDAL said first; rasterio wraps it in "see previous exception"."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def check_format(path: Path, drivers: Sequence[str]) -> str:
    """The one driver that may open the file."""
    allowed = ", ".join(_NAMES.get(name, name) for name in drivers)
    closed = _closed(path)
    if closed is not None:
        raise UnreadableFile(
            "nothing to read",
            where=str(path),
            expected=f"a file ({allowed})",
            got=closed,
            next_step="check the path and who may read it, or download the file again",
        )
    found = sniff(path)
    if found not in drivers:
        raise ForbiddenFormat(
            "this format is not accepted here",
            where=str(path),
            expected=allowed,
            got=_NAMES.get(found, found),
            next_step="export it as GeoTIFF (QGIS: Export > Save as, without 'Create VRT')",
        )
    return found


def _closed(path: Path) -> str | None:
    """Why there is nothing to read at ``path``; None for a file with content.

    A pipe or a device is told by its mode: opening one could wait for ever.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            return "a folder"
        if not stat.S_ISREG(found.st_mode):
            return "a pipe, a socket or a device"
        with path.open("rb"):
            return None if found.st_size else "an empty file"
    except FileNotFoundError:
        return "no such file"
    except OSError as error:
        return f"no access: {error.strerror}"


def sniff(path: Path) -> str:
    """What a file is by its first bytes; the name of a file says nothing."""
    with path.open("rb") as stream:
        start = stream.read(64)
    stripped = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, driver in _SIGNATURES:
        if start.startswith(signature) or stripped.startswith(signature):
            return driver
    ascii_keys = (b"ncols", b"nrows", b"xllcorner", b"xllcenter", b"yllcorner", b"cellsize")
    return "AAIGrid" if stripped.lower().startswith(ascii_keys) else "an unknown format"
