"""Data sets in words: a TOML file that says where pictures lie and what is a roof in them.

::

    title = "A town"

    [[pictures]]                              # pictures with masks
    place = "town"                            # results are told by place
    images = "train/*.tif"                    # a glob, relative to this file
    masks = "{folder}/../masks/{stem}.png"    # {folder}, {stem}: those of the picture
    mask = { nonzero = true }                 # or { value = 255 }, { colour = "#3C1098" }
    gsd_m = 0.13                              # metres per pixel, where the files do not say it
    mosaic = true                             # they are tiles of one picture: lay them together
    attribution = "who made them, and under which licence"

    [[pictures]]                              # an ortho with the outlines of its roofs
    place = "other-town"
    images = "ortho.tif"
    roofs = "roofs.geojson"
    held_out = true                           # nothing is learned from it, it is only reported on
    attribution = "..."

    [[generated]]                             # made-up pictures
    count = 4000
    seed = 1
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoml.errors import InvalidArgument, NotEnoughData, UnreadableFile
from geoml.learning.segmentation.masks import MaskRule
from geoml.paths import slug

_PICTURES = {
    "place": str,
    "images": str,
    "masks": str,
    "mask": dict,
    "roofs": str,
    "gsd_m": (int, float),
    "mosaic": bool,
    "held_out": bool,
    "weight": (int, float),
    "attribution": str,
}
_GENERATED = {"count": int, "seed": int, "weight": (int, float)}
_NEEDED = ("place", "images", "attribution")


@dataclass(frozen=True, slots=True)
class Pictures:
    """One ``[[pictures]]`` table, its paths found; ``masks`` pairs with ``images`` or is empty.

    ``gsd_m`` is None where the georeference says it. ``weight`` is how often chips are drawn from
    here, relative to the other tables.
    """

    place: str
    images: tuple[Path, ...]
    masks: tuple[Path, ...]
    rule: MaskRule
    roofs: Path | None
    gsd_m: float | None
    mosaic: bool
    held_out: bool
    weight: float
    attribution: str


@dataclass(frozen=True, slots=True)
class Generated:
    """One ``[[generated]]`` table: ``count`` made-up pictures, drawn from ``seed``."""

    count: int
    seed: int
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class DataSet:
    """What one or several TOML files describe."""

    titles: tuple[str, ...]
    pictures: tuple[Pictures, ...]
    generated: tuple[Generated, ...]

    def __add__(self, other: DataSet) -> DataSet:
        """Both together."""
        return DataSet(
            self.titles + other.titles,
            self.pictures + other.pictures,
            self.generated + other.generated,
        )


def read(path: Path) -> DataSet:
    """Read a data set and look that its files are there; no picture is opened.

    Raises UnreadableFile where the file is no TOML, InvalidArgument for a key that is unknown,
    missing or of the wrong kind, NotEnoughData where a glob finds nothing or a mask is missing.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(
            "no data set can be read here",
            where=str(path),
            expected="a TOML file",
            got=str(error),
            next_step="see the example at the top of geoml/learning/segmentation/dataset.py",
        ) from error
    _check_keys(told, {"title": str, "pictures": list, "generated": list}, str(path))
    tables = enumerate(told.get("pictures", []), 1)
    path = path.absolute()  # what is found below it says where it lies: {folder} leads from there
    found = DataSet(
        (str(told.get("title", path.stem)),),
        tuple(_pictures(one, path, f"{path.name}, pictures {n}") for n, one in tables),
        tuple(_generated(one, str(path)) for one in told.get("generated", [])),
    )
    if not found.pictures and not found.generated:
        raise NotEnoughData(
            "the data set is empty", where=str(path), expected="[[pictures]] or [[generated]]"
        )
    return found


def read_all(paths: tuple[Path, ...]) -> DataSet:
    """Several data sets as one; raises as ``read``, and InvalidArgument for none."""
    if not paths:
        raise InvalidArgument("no data set was given", next_step="name one with --data FILE.toml")
    whole = DataSet((), (), ())
    for path in paths:
        whole = whole + read(path)
    return whole


def _pictures(told: Mapping[str, Any], path: Path, where: str) -> Pictures:
    _check_keys(told, _PICTURES, where)
    missing = [name for name in _NEEDED if not told.get(name)]
    if missing or ("masks" in told) == ("roofs" in told):
        raise InvalidArgument(
            "this table does not say enough, or too much",
            where=where,
            expected=f"{', '.join(_NEEDED)} and either masks or roofs",
            got=", ".join(told),
        )
    images = _found(path.parent, told["images"], where)
    gsd = told.get("gsd_m")
    if gsd is not None and not 0.01 <= gsd <= 10:
        raise InvalidArgument(
            "no size of a pixel", where=where, expected="0.01..10 m", got=str(gsd)
        )
    return Pictures(
        place=slug(told["place"]),
        images=images,
        masks=_masks(images, path.parent, told["masks"], where) if "masks" in told else (),
        rule=MaskRule.of(told.get("mask", {"nonzero": True}), where),
        roofs=_found(path.parent, told["roofs"], where)[0] if "roofs" in told else None,
        gsd_m=None if gsd is None else float(gsd),
        mosaic=told.get("mosaic", False),
        held_out=told.get("held_out", False),
        weight=float(told.get("weight", 1.0)),
        attribution=told["attribution"],
    )


def _generated(told: Mapping[str, Any], where: str) -> Generated:
    _check_keys(told, _GENERATED, where)
    count = int(told.get("count", 0))
    if count < 1:
        raise InvalidArgument("nothing to generate", where=where, expected="count = 1 or more")
    return Generated(count, int(told.get("seed", 0)), float(told.get("weight", 1.0)))


def _found(folder: Path, pattern: str, where: str) -> tuple[Path, ...]:
    """Files of a glob below ``folder``, or of a path that leads out of it by ``..``, sorted."""
    fixed = Path(pattern)
    wild = next((n for n, part in enumerate(fixed.parts) if set(part) & set("*?[")), None)
    if wild is None:
        found = [folder / fixed] if (folder / fixed).is_file() else []
    else:
        start = folder.joinpath(*fixed.parts[:wild])
        found = sorted(start.glob(str(Path(*fixed.parts[wild:])))) if start.is_dir() else []
    if not found:
        raise NotEnoughData(
            "no such file",
            where=where,
            expected=f"{pattern} below {folder}",
            next_step="paths are relative to the TOML file",
        )
    return tuple(found)


def _masks(images: tuple[Path, ...], folder: Path, pattern: str, where: str) -> tuple[Path, ...]:
    found = []
    for image in images:
        told = pattern.replace("{folder}", str(image.parent)).replace("{stem}", image.stem)
        mask = folder / told
        if not mask.is_file():
            raise NotEnoughData(
                "a picture without its mask",
                where=where,
                expected=str(mask),
                next_step="leave the picture out, or change the pattern of masks",
            )
        found.append(mask)
    return tuple(found)


def _check_keys(told: Mapping[str, Any], kinds: Mapping[str, Any], where: str) -> None:
    for name, value in told.items():
        kind = kinds.get(name)
        if kind is None or not isinstance(value, kind):
            raise InvalidArgument(
                f"{name!r} is not understood here",
                where=where,
                expected=", ".join(kinds) if kind is None else f"{name} of another type",
                got=repr(value)[:80],
            )
