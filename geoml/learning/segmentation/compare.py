"""The engines of one model side by side: how quick each is, and whether it says the same."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.learning.segmentation.engine import Engine
from geoml.learning.segmentation.infer import predict_chip
from geoml.learning.segmentation.metrics import Counts, count_pixels, scores
from geoml.learning.segmentation.spec import Spec
from geoml.raster.grid import Window
from geoml.types import Mask

TILE_PX = 512
WITHIN = 0.005
"""Most by which the IoU of a place may fall, and its area bias change (0.5 points of each)."""
QUICKER = 1.1
"""Below a tenth quicker an engine is not worth being other than the default."""
_SECONDS = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A picture with its truth: RGB (rows, cols, 3), roofs and what is known (rows, cols)."""

    place: str
    gsd_m: float
    rgb: NDArray[np.uint8]
    truth: Mask
    known: Mask


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine: 512-px tiles a second, the most that a probability differs, scores by place.

    ``places`` maps a place to its IoU in [0, 1] and its area bias in %, NaN where nothing is there.
    """

    label: str
    tiles_per_s: float
    difference: float
    places: dict[str, tuple[float, float]]

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        places = {
            place: {"iou": _number(iou, 4), "area_bias_pct": _number(bias, 2)}
            for place, (iou, bias) in self.places.items()
        }
        return {
            "engine": self.label,
            "tiles_per_s": round(self.tiles_per_s, 2),
            "difference": round(self.difference, 5),
            "places": places,
        }


def compare(
    engines: Sequence[Engine], spec: Spec, pieces: Iterable[Piece], *, seconds: float = _SECONDS
) -> tuple[Measured, ...]:
    """Measure every engine; the first one is what the others are compared with.

    The speed is that of one window of 512 px at a time over ``seconds``; the scores are those of
    the threshold of ``spec`` on the pieces' own pixels.
    """
    counts: list[dict[str, Counts]] = [{} for _ in engines]
    most = [0.0] * len(engines)
    tile = np.random.default_rng(0).integers(0, 256, (3, TILE_PX, TILE_PX), np.uint8)
    for piece in pieces:
        reference = None
        for number, engine in enumerate(engines):
            found = predict_chip(engine, spec, piece.rgb, piece.gsd_m, known=piece.known)
            reference = found if reference is None else reference
            most[number] = max(most[number], float(np.nanmax(np.abs(found - reference), initial=0)))
            counted = count_pixels(
                found >= spec.threshold, piece.truth, gsd_m=piece.gsd_m, known=piece.known
            )
            counts[number][piece.place] = counts[number].get(piece.place, Counts()) + counted
    return tuple(
        Measured(
            engine.label, speed(engine, tile, seconds), most[number], _by_place(counts[number])
        )
        for number, engine in enumerate(engines)
    )


def recommended(measured: Sequence[Measured]) -> Measured:
    """The quickest engine that finds the same roofs; the first one unless another is worth it.

    The same: in no place the IoU falls by more than 0.5 points or the area bias moves by more.
    """
    first = measured[0]
    equal = [one for one in measured if _same(one, first)]
    best = max(equal, key=lambda one: one.tiles_per_s, default=first)
    return best if best.tiles_per_s >= QUICKER * first.tiles_per_s else first


def generated(count: int = 12, size_px: int = TILE_PX) -> Iterator[Piece]:
    """Made-up photographs with their exact roofs, at three sizes of pixel; seeds of their own."""
    from geoml.areas.demo.aerial import chip

    for number in range(count):
        gsd = (0.12, 0.25, 0.45)[number % 3]
        made = chip(9_000_000 + number, size_px=size_px, gsd_m=gsd)
        known = np.ones(made.roof.shape, np.bool_)
        yield Piece(f"generated, {gsd:g} m", gsd, made.rgb, made.roof, known)


def of_data_set(path: Path, most: int = 24, size_px: int = 1024) -> Iterator[Piece]:
    """Pieces of the places that a data set describes, spread evenly, at most ``most`` of each."""
    from geoml.learning.segmentation.dataset import read
    from geoml.learning.segmentation.sheets import sheets, source

    by_place: dict[str, list[tuple[Any, Window]]] = {}
    for sheet in sheets(read(path)):
        by_place.setdefault(sheet.place, []).extend(
            (sheet, window) for window in _cut(sheet.shape, size_px)
        )
    for place, found in by_place.items():
        for sheet, window in found[:: max(1, -(-len(found) // most))]:
            values, known = source(sheet).read(window)
            if known.any():
                rgb = np.ascontiguousarray(np.moveaxis(values[:3], 0, -1))
                yield Piece(place, sheet.gsd_m, rgb, values[3] > 0, known)


def speed(engine: Engine, tile: NDArray[np.uint8], seconds: float = _SECONDS) -> float:
    """Windows a second, one after the other, after a first one that is not counted."""
    engine(tile)
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < seconds or not done:
        engine(tile)
        done += 1
    return done / spent if spent else 0.0


def _same(one: Measured, other: Measured) -> bool:
    for place, (iou, bias) in other.places.items():
        its_iou, its_bias = one.places[place]
        if iou - its_iou > WITHIN or abs(its_bias - bias) > 100 * WITHIN:
            return False
    return True


def _by_place(counts: dict[str, Counts]) -> dict[str, tuple[float, float]]:
    told = (scores(place, [found]) for place, found in sorted(counts.items()))
    return {one.place: (one.iou, one.area_bias_pct) for one in told}


def _cut(shape: tuple[int, int], size: int) -> list[Window]:
    return [
        Window(row, col, min(size, shape[0] - row), min(size, shape[1] - col))
        for row in range(0, shape[0], size)
        for col in range(0, shape[1], size)
    ]


def _number(value: float, digits: int) -> float | None:
    return round(value, digits) if np.isfinite(value) else None
