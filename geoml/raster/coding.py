"""How a value becomes the byte of a web tile, and a byte a colour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from geoml.errors import InvalidArgument
from geoml.raster.png import Palette
from geoml.types import Array, Bytes2D

STEP = 0.4
"""Width of one level of the score: 250 levels, so multiples of 0.4 (every class edge) are exact."""

LEVELS = 250
NODATA = 0
APPLICABLE, NOT_APPLICABLE = 1, 2
ERROR_BOUND = STEP / 2
"""The farthest that ``score_of(score_index(x))`` can be from x."""

Quantise: TypeAlias = Callable[[Array], Bytes2D]


def score_index(score: Array) -> Bytes2D:
    """Index of a score 0..100: 0 unknown, else 1 + floor(score / 0.4), at most 250."""
    # Times 2.5, in double precision: exact for every class edge, where a division by 0.4 is not.
    levels: Array = np.floor(score.astype(np.float64) * 2.5)
    coded = np.where(np.isnan(levels), -1.0, np.clip(levels, 0, LEVELS - 1)) + 1
    index: Bytes2D = coded.astype(np.uint8)
    return index


def probability_index(stored: Array) -> Bytes2D:
    """Index, as that of a score, of a probability stored as a byte: 1 + round(254 p), NaN unknown.

    What is shown is the probability in percent.
    """
    return score_index((stored.astype(np.float64) - 1.0) * (100.0 / 254.0))


def score_of(index: Bytes2D) -> Array:
    """The middle of each index's level, in score units; NaN for 0."""
    score: Array = index.astype(np.float32) * np.float32(STEP) - np.float32(ERROR_BOUND)
    return np.where(index == NODATA, np.float32(np.nan), score)


def applicability_index(dissimilarity: Array) -> Bytes2D:
    """1 where the model has seen the like (dissimilarity / threshold <= 1), 2 beyond, 0 unknown."""
    seen = np.where(dissimilarity <= 1, APPLICABLE, NOT_APPLICABLE)
    index: Bytes2D = np.where(np.isnan(dissimilarity), NODATA, seen).astype(np.uint8)
    return index


def class_palette(edges: Sequence[float], colours: Sequence[str]) -> Palette:
    """Palette of a score legend: one flat ``#rrggbb`` between every two edges, 0 transparent.

    Edges are multiples of 0.4, so that no level straddles two classes.
    """
    bins = [edge / STEP for edge in edges]
    if any(abs(one - round(one)) > 1e-9 for one in bins) or len(colours) != len(edges) - 1:
        raise InvalidArgument(
            "not a legend of classes",
            expected=f"edges that are multiples of {STEP}, and a colour between every two",
            got=f"edges {tuple(edges)}, {len(colours)} colours",
        )
    palette = np.zeros((256, 4), np.uint8)
    for low, high, colour in zip(bins, bins[1:], colours, strict=False):
        palette[1 + round(low) : 1 + round(high)] = [*bytes.fromhex(colour.lstrip("#")), 255]
    return palette


def flag_palette(colour: str = "#1a1a1a", opacity: int = 200) -> Palette:
    """Palette of the applicability layer: only index 2 (not applicable) is drawn."""
    palette = np.zeros((256, 4), np.uint8)
    palette[NOT_APPLICABLE] = [*bytes.fromhex(colour.lstrip("#")), opacity]
    return palette


def hatch(index: Bytes2D, z: int = 0, x: int = 0, y: int = 0) -> Bytes2D:  # noqa: ARG001
    """Diagonal lines where the index is 2, nothing elsewhere; continuous over tile borders.

    Lines of 2 pixels every 8: 256 is a multiple of 8, so every tile has the same phase, at every
    zoom.
    """
    rows, cols = np.indices(index.shape)
    lines = (rows + cols) % 8 < 2
    drawn: Bytes2D = np.where(lines & (index == NOT_APPLICABLE), NOT_APPLICABLE, 0).astype(np.uint8)
    return drawn
