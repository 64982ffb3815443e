"""A foreign Shapefile: its parts, whether they agree, and in which encoding its texts are."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoml.errors import UnreadableFile
from geoml.vector.archive import PARTS
from geoml.vector.formats import unreadable

# What byte 29 of a .dbf says of its texts; ESRI's "ANSI" (0x57) is Windows Latin 1.
_LANGUAGES = {
    **{0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x64: "cp852"},
    **{0x65: "cp866", 0xC8: "cp1250", 0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253"},
}
_HEADER = 100
_RECORD = 8


def gathered(path: Path, folder: Path) -> Path:
    """Links to the parts of a Shapefile, under plain names, in ``folder``: its ``.shp``.

    Indices and other side files stay behind: nobody checked that they tell the truth.
    """
    stem = path.name[: -len(path.suffix)].lower() if path.suffix else path.name.lower()
    for beside in sorted(path.parent.iterdir()):
        suffix = beside.suffix.lower()
        if suffix in PARTS[1:] and beside.name[: -len(suffix)].lower() == stem:
            target = folder / f"shape{suffix}"
            if not target.exists() and beside.is_file():
                target.symlink_to(beside.resolve())
    main = folder / "shape.shp"
    main.symlink_to(path.resolve())
    return main


def check(path: Path, main: Path) -> None:
    """Raise UnreadableFile unless the parts beside ``main`` are there, whole, and agree."""
    index, table = main.with_suffix(".shx"), main.with_suffix(".dbf")
    if not index.is_file():
        raise _missing(path, ".shx")
    if not table.is_file():
        raise _missing(path, ".dbf")
    size = main.stat().st_size
    offsets, lengths = _records(path, index, size)
    shapes = np.memmap(main, np.uint8, "r")
    declared = int.from_bytes(bytes(shapes[24:28]), "big") * 2
    if declared > size:
        raise unreadable(path, f"it is {size} bytes long and should be {declared}")
    if len(offsets):
        told = shapes[(offsets[:, None] + np.arange(4, 8)).clip(max=size - 1)]
        if not (told.copy().view(">i4").ravel() * 2 == lengths).all():
            raise unreadable(path, "its index (.shx) and its shapes (.shp) do not agree")
    with table.open("rb") as stream:
        head = stream.read(32)
    rows = int.from_bytes(head[4:8], "little")
    wide = int.from_bytes(head[8:10], "little") + rows * int.from_bytes(head[10:12], "little")
    if len(head) < 32 or wide > table.stat().st_size + 1:
        raise unreadable(path, "its table (.dbf) is truncated")
    if rows != len(offsets):
        raise unreadable(path, f"{len(offsets)} shapes and {rows} rows in its table (.dbf)")


def _records(path: Path, index: Path, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(offset, length) of each record in bytes, as the index has them."""
    raw = index.read_bytes()[_HEADER:]
    if len(raw) % _RECORD:
        raise unreadable(path, "its index (.shx) is truncated")
    pairs = np.frombuffer(raw, ">i4").reshape(-1, 2).astype(np.int64) * 2
    offsets, lengths = pairs[:, 0], pairs[:, 1]
    inside = (offsets >= _HEADER) & (lengths >= 4) & (offsets + _RECORD + lengths <= size)
    if not inside.all():
        raise unreadable(path, f"{int((~inside).sum())} shapes lie beyond the end: truncated")
    if len(np.unique(offsets)) != len(offsets):
        raise unreadable(path, "its index (.shx) names a shape twice")
    return offsets, lengths


def _missing(path: Path, part: str) -> UnreadableFile:
    return UnreadableFile(
        f"a Shapefile without its {part}",
        where=str(path),
        expected=f"{', '.join(PARTS[:4])} of the same name, side by side",
        got=f"no {part}",
        next_step="hand in all parts, or a zip archive of them, or export it as GeoPackage",
    )


def declared_encoding(main: Path) -> str | None:
    """The encoding that the ``.cpg`` names, else that of the ``.dbf``; None when neither does."""
    label = main.with_suffix(".cpg")
    if label.is_file():
        with label.open("rb") as stream:
            found = _codec(stream.read(64).decode("ascii", "ignore"))
        if found:
            return found
    with main.with_suffix(".dbf").open("rb") as stream:
        head = stream.read(32)
    return _LANGUAGES.get(head[29]) if len(head) == 32 else None


def _codec(label: str) -> str | None:
    text = label.strip().lower()
    if re.search(r"8859[-_]?1(?!\d)", text):
        return "cp1252"  # as browsers take it: nobody has control characters in a name
    digits = re.fullmatch(r"(?:ansi|oem|cp|windows|ibm)?[ _-]?(\d{3,5})", text)
    for name in (f"cp{digits[1]}" if digits else text, text):
        try:
            "".encode(codecs.lookup(name).name)
        except (LookupError, ValueError):
            continue
        return codecs.lookup(name).name
    return None


def encoding(texts: Iterable[object], declared: str | None) -> str:
    """The encoding of texts that were read byte by byte, as ISO 8859-1.

    UTF-8 is told by itself: nothing else looks like it. Otherwise it is what was declared, and
    Windows Latin 1 where nothing was, or a UTF-8 that it is not.
    """
    whole = cut = 0
    for text in texts:
        if not isinstance(text, str) or text.isascii():
            continue
        try:
            text.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError as error:
            # The width of a field cuts a letter in two; but Café of Windows ends like that too.
            if error.reason != "unexpected end of data":
                return "cp1252" if declared in (None, "utf-8") else declared
            cut += 1
        else:
            whole += 1
    if whole or (declared == "utf-8" and cut):
        return "utf-8"
    return declared if cut and declared else "cp1252" if cut else declared or "utf-8"


def decoded(text: object, codec: str) -> object:
    """A text that was read byte by byte; half a letter at its end is left out."""
    if not isinstance(text, str) or text.isascii():
        return text
    errors = "ignore" if codec == "utf-8" else "replace"
    return text.encode("latin-1").decode(codec, errors)
