"""Taking the one vector file that is meant out of a foreign zip archive.

Nothing is opened inside the archive, and no name in it is ever used as a path: the parts are
unpacked under plain names, and no more of them than the archive declares.
"""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from geoml.errors import BandNeeded, ForbiddenFormat, UnreadableFile
from geoml.vector.formats import MAX_BYTES, oversized, unreadable

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_MAIN = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".parquet")
_MAX_RATIO = 200
_MAX_ENTRIES = 10_000
_ENCRYPTED = 0x1


def unpacked(path: Path, folder: Path, layer: str | None) -> tuple[Path, str | None]:
    """(the unpacked vector file in ``folder``, what of ``layer`` is still to be chosen in it).

    Of several vector files ``layer`` names one, by its name with or without folder and suffix.

    Raises:
        UnreadableFile: Broken, encrypted, or with names that lead out of it.
        OversizedHeader: It unpacks, or says that it unpacks, to too much.
        BandNeeded: Several vector files and none chosen, or one that is not there.
        ForbiddenFormat: No vector file in it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check(path, entries)
            main, rest = _chosen(path, entries, layer)
            for entry in _belonging(main, entries):
                suffix = PurePosixPath(entry.filename).suffix.lower()
                _extract(archive, entry, folder / f"unpacked{suffix}")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise unreadable(path, error) from error
    return folder / f"unpacked{PurePosixPath(main.filename).suffix.lower()}", rest


def _check(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    size, packed = path.stat().st_size, sum(entry.compress_size for entry in entries)
    declared = sum(entry.file_size for entry in entries)
    if declared > MAX_BYTES or declared > _MAX_RATIO * size + (1 << 20):
        raise oversized(path, f"{declared >> 20} MiB once unpacked")
    if packed > size or len(entries) > _MAX_ENTRIES:
        raise oversized(path, "entries that lie on one another, or too many of them")
    for entry in entries:
        name = PurePosixPath(entry.filename.replace("\\", "/"))
        if name.is_absolute() or ".." in name.parts:
            raise unreadable(path, f"a name that leads out of the archive: {entry.filename[:80]!r}")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise unreadable(path, f"packed by method {entry.compress_type}; zip it as usual")
        if entry.flag_bits & _ENCRYPTED:
            raise UnreadableFile(
                "encrypted",
                where=str(path),
                expected="a zip archive without a password",
                got=f"a password on {entry.filename[:80]!r}",
                next_step="unpack it with its password first",
            )


def _chosen(
    path: Path, entries: list[zipfile.ZipInfo], layer: str | None
) -> tuple[zipfile.ZipInfo, str | None]:
    found = [entry for entry in entries if _suffix(entry) in _MAIN and not _hidden(entry)]
    if not found:
        raise _without(path, entries)
    named = [entry for entry in found if layer in _names(entry)]
    if len(named) == 1:
        return named[0], None
    if len(found) == 1 and _suffix(found[0]) == ".gpkg":
        return found[0], layer  # a layer in it may be meant
    if len(found) == 1 and layer is None:
        return found[0], None
    raise BandNeeded(
        f"it has no file {layer!r}" if layer is not None else "several vector files in one archive",
        where=str(path),
        expected=f"one of {', '.join(entry.filename for entry in found[:16])}",
        got=f"{len(found)} vector files" if layer is None else layer[:80],
        next_step=f"choose one with KEY={path.name}:{PurePosixPath(found[0].filename).stem}",
    )


def _without(path: Path, entries: list[zipfile.ZipInfo]) -> ForbiddenFormat:
    inner = any(_suffix(entry) == ".zip" for entry in entries)
    return ForbiddenFormat(
        "a zip archive without a vector file",
        where=str(path),
        expected=f"one of {', '.join(_MAIN)} in it",
        got="a zip archive in a zip archive" if inner else f"{len(entries)} other files",
        next_step="unpack it and name the file that is meant",
    )


def _belonging(main: zipfile.ZipInfo, entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The file itself, and for a Shapefile its other parts; a part that comes twice is refused."""
    if _suffix(main) != ".shp":
        return [main]
    stem = main.filename[:-4].lower()
    parts = [e for e in entries if _suffix(e) in PARTS and e.filename[:-4].lower() == stem]
    suffixes = [_suffix(entry) for entry in parts]
    if len(set(suffixes)) != len(suffixes):
        raise zipfile.BadZipFile(f"a part of {main.filename[:80]!r} comes twice")
    return parts


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    # zipfile stops at the declared size and compares the checksum, so what was checked holds.
    with archive.open(entry) as packed, target.open("wb") as stream:
        shutil.copyfileobj(packed, stream, 1 << 20)


def _suffix(entry: zipfile.ZipInfo) -> str:
    return PurePosixPath(entry.filename).suffix.lower()


def _hidden(entry: zipfile.ZipInfo) -> bool:
    """Side files of macOS: ``__MACOSX/._buildings.shp``."""
    return any(part.startswith(("._", "__MACOSX")) for part in PurePosixPath(entry.filename).parts)


def _names(entry: zipfile.ZipInfo) -> set[str]:
    name = PurePosixPath(entry.filename)
    return {entry.filename, str(name.with_suffix("")), name.name, name.stem}
