"""Sample predictions for people to look at: the picture, its truth, what the network says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoml.files import replacing
from geoml.learning.segmentation.engine import Engine
from geoml.learning.segmentation.evaluate import Seen, seen
from geoml.learning.segmentation.spec import Spec
from geoml.learning.segmentation.splits import Region

_SIDE = 320
_PLACES = 6


def write_samples(path: Path, engine: Engine, spec: Spec, regions: Sequence[Region]) -> int:
    """A PNG with a row for each of at most six pieces of what was kept out; how many there are.

    From left to right: the picture, the truth over it, the probability, and where they differ (red:
    found but not true; blue: true but not found).
    """
    from PIL import Image

    chosen = [regions[n] for n in np.linspace(0, len(regions) - 1, _PLACES).astype(int)]
    rows = [_row(one) for one in islice(seen(engine, spec, dict.fromkeys(chosen)), _PLACES)]
    if rows:
        with replacing(path) as scratch:
            Image.fromarray(np.concatenate(rows)).save(scratch)
    return len(rows)


def _row(one: Seen) -> NDArray[np.uint8]:
    part = tuple(slice(max(0, (n - _SIDE) // 2), None) for n in one.truth.shape)
    part = tuple(slice(side.start, side.start + _SIDE) for side in part)
    rgb, truth = one.rgb[part].astype(np.float32), one.truth[part]
    probability = np.nan_to_num(one.probability[part])
    found = probability >= 0.5
    panels = (
        rgb,
        _tinted(rgb, truth, (0, 200, 0)),
        np.repeat(probability[..., None] * 255, 3, axis=-1),
        _tinted(_tinted(rgb, found & ~truth, (255, 0, 0)), truth & ~found, (0, 60, 255)),
    )
    return np.concatenate([_padded(panel.astype(np.uint8)) for panel in panels], axis=1)


def _tinted(
    rgb: NDArray[np.float32], where: NDArray[np.bool_], colour: tuple[int, int, int]
) -> NDArray[np.float32]:
    mixed = 0.5 * rgb + 0.5 * np.array(colour, np.float32)
    return np.where(where[..., None], mixed, rgb).astype(np.float32)


def _padded(panel: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows, cols = panel.shape[:2]
    return np.pad(panel, ((0, _SIDE - rows), (0, _SIDE - cols), (0, 0)))
