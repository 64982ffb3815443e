"""Dubai, of which the shipped model learned nothing, at a pixel size that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import banepa
from benchmarks.page import table, text
from benchmarks.roofs import (
    OBJECTS,
    PIXELS,
    added,
    drawn,
    model,
    object_row,
    pieces_of,
    pixel_row,
    regions,
    roofs,
    squared,
)
from geoml.errors import OutOfRange
from geoml.learning.segmentation.infer import predict_chip
from geoml.learning.segmentation.metrics import Counts, Scores, count_pixels, scores
from geoml.learning.segmentation.sheets import source
from geoml.raster.grid import Window
from geoml.types import Array, Mask

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "ortho" / "dubai"
PLACE = "dubai"
SIDE_PX = 400
"""The middle of each picture: the set is enlarged to be looked at, and whole takes an hour."""
EVERY = 5
"""Each so many of them is looked at for other sizes of a pixel."""
ASSUMED_M = (0.3, 0.45, 0.6, 0.8, 1.0)
NET, SQUARED = "the network", "its outlines, squared"


@dataclass(frozen=True, eq=False)  # so that a picture is its own key
class Picture:
    """The middle of one picture: its group, its pixels, where there is roof."""

    group: str
    rgb: NDArray[np.uint8]
    truth: Mask
    known: Mask
    gsd_m: float


@cache
def probability(one: Picture, gsd_m: float) -> Array:
    """What the network says if a pixel is ``gsd_m`` long, the limit of the service lifted."""
    spec = model().spec
    free = replace(spec, gsd_range_m=(spec.gsd_range_m[0], max(ASSUMED_M)))
    return predict_chip(model().engine, free, one.rgb, gsd_m, known=one.known)


def section() -> list[str]:
    """Pixels, roofs and groups at the size that the data set assumes; then at others."""
    groups, seen = measured(), pictures()
    everywhere = dict(added(groups.values()))
    (gsd,) = {one.gsd_m for one in seen}
    name, worst = worst_group()
    return [
        text(
            f"""Dubai: {len(seen)} pictures in {len(groups)} groups, the middle {SIDE_PX} pixels of
            each. {_learned()} The set does not say how large a pixel is; by its cars and villas
            about {gsd:g} m, which is assumed here. The model is made for
            {model().spec.gsd_range_m[1]:g} m or less. Roofs are the connected pixels of the label,
            and those that touch count as one. The *trivial rule* is the one of Banepa."""
        ),
        "",
        *table(PIXELS, [pixel_row(name, [counts]) for name, counts in everywhere.items()]),
        "",
        *table(OBJECTS, [object_row(n, [c]) for n, c in everywhere.items() if c.true]),
        "",
        text(
            f"""**The worst group** is *{name}*: an IoU of {worst.iou:.3f}, a precision of
            {worst.precision:.3f} and a recall of {worst.recall:.3f}. By group:"""
        ),
        "",
        *table(PIXELS, [pixel_row(group, [groups[group][NET]]) for group in sorted(groups)]),
        "",
        text(
            f"""The same pixels if they were of another size, in every {_ordinal(EVERY)} picture
            ({len(seen[::EVERY])} of them). *As served* is what becomes of such a picture."""
        ),
        "",
        *table(("a pixel is (m)", "as served", *PIXELS[1:]), list(_assumed())),
    ]


def _learned() -> str:
    if model().learned_from(PLACE):
        return "**The model learned from this place**, so these numbers flatter it."
    return "Nothing was learned from this place."


def _ordinal(count: int) -> str:
    return {2: "second", 3: "third", 4: "fourth", 5: "fifth"}.get(count, f"{count}th")


@cache
def pictures() -> tuple[Picture, ...]:
    """All pictures, by file, the middle of each."""
    return tuple(_pictures())


def _pictures() -> Iterator[Picture]:
    for region in regions(PLACE):
        rows, cols = (min(SIDE_PX, side) for side in region.sheet.shape)
        row, col = ((side - part) // 2 for side, part in
                    zip(region.sheet.shape, (rows, cols), strict=True))  # fmt: skip
        values, known = source(region.sheet).read(Window(row, col, rows, cols))
        rgb = np.ascontiguousarray(np.moveaxis(values[:3], 0, -1))
        group = Path(region.sheet.group).parent.name
        yield Picture(group, rgb, values[3] > 0, known, region.sheet.gsd_m)


@cache
def measured() -> dict[str, dict[str, Counts]]:
    """Counts by group, and in it by what was measured."""
    groups: dict[str, list[dict[str, Counts]]] = {}
    for one in pictures():
        groups.setdefault(one.group, []).append(_counted(one))
    return {name: dict(added(rows)) for name, rows in groups.items()}


def _counted(one: Picture) -> dict[str, Counts]:
    gsd, true, shape = one.gsd_m, one.truth, one.truth.shape
    said, truth = probability(one, gsd), pieces_of(true, gsd)
    square, guess = squared(said, gsd), banepa.rule()(one.rgb, gsd)
    net = said >= model().spec.threshold
    return {
        NET: roofs([], [], net, true, gsd),
        SQUARED: roofs(square, truth, drawn(square, shape, gsd), true, gsd),
        "trivial rule": roofs(pieces_of(guess, gsd), truth, guess, true, gsd),
        "everything is roof": roofs([], [], np.ones_like(true), true, gsd),
    }


def worst_group() -> tuple[str, Scores]:
    """The group with the lowest IoU, and its scores."""
    told = {name: scores(name, [rows[NET]]) for name, rows in measured().items()}
    name = min(told, key=lambda group: told[group].iou)
    return name, told[name]


def _assumed() -> Iterator[list[str]]:
    for gsd in ASSUMED_M:
        found = [
            count_pixels(probability(one, gsd) >= model().spec.threshold, one.truth, gsd_m=gsd)
            for one in pictures()[::EVERY]
        ]
        yield [f"{gsd:g}", _as_served(gsd), *pixel_row("", found)[1:]]


def _as_served(gsd_m: float) -> str:
    spec = model().spec
    try:
        spec.check_gsd(gsd_m)
    except OutOfRange:
        return "refused"
    return "inside the range" if gsd_m <= spec.gsd_range_m[1] else "taken, beyond the range"
