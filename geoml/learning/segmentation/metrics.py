"""How good a segmentation is: of pixels, of edges and of whole roofs, by place.

Pictures are counted one by one and the counts are added, so that a place is one number and not a
mean of means: a picture without any roof weighs what its pixels weigh.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from geoml.errors import GridMismatch
from geoml.learning.segmentation.boundary import boundary_counts
from geoml.learning.segmentation.objects import Polygons, corners, polis, same_objects
from geoml.types import Mask

BAND_M = 1.0
"""Width of the band along the edges that the Boundary IoU looks at: four pixels of 0.25 m."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in one picture or in several; counts of one place add up by ``+``.

    Pixels are counts, areas and distances are sums in m2 and m, of matched roofs where they say so.
    """

    pictures: int = 0
    hit: int = 0
    false_alarm: int = 0
    missed: int = 0
    empty: int = 0
    edge_shared: int = 0
    edge_joint: int = 0
    found: int = 0
    true: int = 0
    matched: int = 0
    area_found_m2: float = 0.0
    area_true_m2: float = 0.0
    polis_m: float = 0.0
    corners_found: int = 0
    corners_true: int = 0

    def __add__(self, other: Counts) -> Counts:
        """The counts of both."""
        names = [field.name for field in fields(self)]
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of one place; every ratio is NaN where there was nothing to divide by.

    ``iou``, ``precision`` and ``recall`` of pixels and ``boundary_iou`` in a band of ``band_m`` are
    in [0, 1], as are those of whole roofs, which match at an IoU of 0.5. ``area_bias_pct`` is 100 *
    (found - true) / true of the total roof area, never below -100. ``polis_m`` is the mean PoLiS
    distance of matched roofs, ``vertex_ratio`` their corners found per true corner (1 is best).
    """

    place: str
    pictures: int
    pixels: int
    iou: float
    precision: float
    recall: float
    boundary_iou: float
    band_m: float
    area_bias_pct: float
    roofs_found: int
    roofs_true: int
    roofs_matched: int
    object_precision: float
    object_recall: float
    object_f1: float
    polis_m: float
    vertex_ratio: float

    def as_dict(self) -> dict[str, Any]:
        """JSON form: a ratio that is not known is null."""
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        unknown = {name for name, value in told.items() if value != value}
        return {name: None if name in unknown else value for name, value in told.items()}


def count_pixels(
    predicted: Mask,
    truth: Mask,
    *,
    gsd_m: float,
    known: Mask | None = None,
    band_m: float = BAND_M,
) -> Counts:
    """Count one picture: booleans of shape (rows, cols), True where there is roof.

    ``gsd_m`` is the side of a pixel in metres, ``known`` False where either is unknown (nodata).
    Raises GridMismatch when the shapes differ.
    """
    shapes = {array.shape for array in (predicted, truth, known) if array is not None}
    if len(shapes) > 1:
        raise GridMismatch(
            "prediction and truth are not of the same pixels",
            expected=str(truth.shape),
            got=", ".join(str(shape) for shape in sorted(shapes - {truth.shape})),
            next_step="read both on the grid of the picture",
        )
    counted = np.ones(truth.shape, bool) if known is None else known
    hit = int(np.count_nonzero(predicted & truth & counted))
    found = int(np.count_nonzero(predicted & counted))
    true = int(np.count_nonzero(truth & counted))
    shared, joint = boundary_counts(predicted, truth, known, band_m=band_m, gsd_m=gsd_m)
    return Counts(
        pictures=1,
        hit=hit,
        false_alarm=found - hit,
        missed=true - hit,
        empty=int(np.count_nonzero(counted)) - found - true + hit,
        edge_shared=shared,
        edge_joint=joint,
        area_found_m2=found * gsd_m**2,
        area_true_m2=true * gsd_m**2,
    )


def count_objects(predicted: Polygons, truth: Polygons) -> Counts:
    """Count whole roofs: polygons of one picture in metres, matched one to one at IoU >= 0.5."""
    ours, theirs = np.asarray(predicted, dtype=object), np.asarray(truth, dtype=object)
    pairs = np.array(same_objects(ours, theirs), dtype=np.intp).reshape(-1, 2)
    a, b = ours[pairs[:, 0]], theirs[pairs[:, 1]]
    return Counts(
        found=len(ours),
        true=len(theirs),
        matched=len(pairs),
        polis_m=float(polis(a, b).sum()),
        corners_found=int(corners(a).sum()),
        corners_true=int(corners(b).sum()),
    )


def scores(place: str, counts: Iterable[Counts], *, band_m: float = BAND_M) -> Scores:
    """The scores of one place from the counts of its pictures; ``band_m`` as they were counted."""
    all_ = sum(counts, Counts())
    precision, recall = _ratio(all_.matched, all_.found), _ratio(all_.matched, all_.true)
    return Scores(
        place=place,
        pictures=all_.pictures,
        pixels=all_.hit + all_.false_alarm + all_.missed + all_.empty,
        iou=_ratio(all_.hit, all_.hit + all_.false_alarm + all_.missed),
        precision=_ratio(all_.hit, all_.hit + all_.false_alarm),
        recall=_ratio(all_.hit, all_.hit + all_.missed),
        boundary_iou=_ratio(all_.edge_shared, all_.edge_joint),
        band_m=band_m,
        area_bias_pct=100 * _ratio(all_.area_found_m2 - all_.area_true_m2, all_.area_true_m2),
        roofs_found=all_.found,
        roofs_true=all_.true,
        roofs_matched=all_.matched,
        object_precision=precision,
        object_recall=recall,
        object_f1=_ratio(2 * all_.matched, all_.found + all_.true),
        polis_m=_ratio(all_.polis_m, all_.matched),
        vertex_ratio=_ratio(all_.corners_found, all_.corners_true),
    )


def by_place(
    counted: Iterable[tuple[str, Counts]], *, band_m: float = BAND_M
) -> tuple[Scores, ...]:
    """The scores of each place, by name, from (place, counts of one picture) in any order."""
    places: dict[str, Counts] = {}
    for place, counts in counted:
        places[place] = places.get(place, Counts()) + counts
    return tuple(scores(place, [places[place]], band_m=band_m) for place in sorted(places))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan
