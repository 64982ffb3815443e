"""How a network does on regions that it learned nothing from, seen as it will be served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.learning.segmentation.deep import Net, half, torch
from geoml.learning.segmentation.engine import Engine
from geoml.learning.segmentation.infer import predict_chip
from geoml.learning.segmentation.metrics import Counts, Scores, by_place, count_pixels
from geoml.learning.segmentation.net import serving
from geoml.learning.segmentation.sheets import source
from geoml.learning.segmentation.spec import Spec
from geoml.learning.segmentation.splits import Region
from geoml.raster.grid import Window
from geoml.types import Array, Mask

_PIECE_PX = 2048


@dataclass(frozen=True, slots=True)
class Seen:
    """A piece of a region: its pixels, its truth and what the network says of it."""

    place: str
    gsd_m: float
    rgb: NDArray[np.uint8]
    truth: Mask
    known: Mask
    probability: Array


class OfNet:
    """A network in training as an ``Engine``: the same windows and scales as when it is served."""

    def __init__(self, net: Net, device: str = "cpu") -> None:
        self.net, self.device = serving(net).to(device), device

    @property
    def label(self) -> str:
        """As ``Engine``."""
        return f"torch {self.device}"

    def __call__(self, image: NDArray[np.uint8]) -> Array:
        """As ``Engine``."""
        pixels = torch().from_numpy(np.ascontiguousarray(image))[None].to(self.device)
        self.net.eval()
        with torch().inference_mode(), half(self.device):
            found: Array = self.net(pixels)[0, 0].float().cpu().numpy()
        return found


_: type[Engine] = OfNet


def evaluate(engine: Engine, spec: Spec, regions: Iterable[Region]) -> tuple[Scores, ...]:
    """Scores of pixels by place, on the pictures' own pixels."""
    return by_place(
        (one.place, counted(one, spec.threshold)) for one in seen(engine, spec, regions)
    )


def counted(one: Seen, threshold: float) -> Counts:
    """The counts of one piece; what is unknown in the picture is in none of them."""
    found = one.probability >= threshold  # NaN is not
    return count_pixels(found, one.truth, gsd_m=one.gsd_m, known=one.known)


def seen(engine: Engine, spec: Spec, regions: Iterable[Region]) -> Iterator[Seen]:
    """Every piece of the regions, at most 2,048 pixels a side, with its probability."""
    for region in regions:
        opened = source(region.sheet)
        for window in pieces(region.window):
            values, known = opened.read(window)
            rgb = np.moveaxis(values[:3], 0, -1)
            gsd = region.sheet.gsd_m
            probability = predict_chip(engine, spec, rgb, gsd, known=known)
            yield Seen(region.sheet.place, gsd, rgb, values[3] > 0, known, probability)


def pieces(window: Window) -> Iterator[Window]:
    """The window cut into parts of at most 2,048 pixels a side."""
    for row in range(0, window.rows, _PIECE_PX):
        for col in range(0, window.cols, _PIECE_PX):
            rows, cols = min(_PIECE_PX, window.rows - row), min(_PIECE_PX, window.cols - col)
            yield Window(window.row + row, window.col + col, rows, cols)


def summary(scores: Iterable[Scores]) -> list[dict[str, Any]]:
    """What is told of pixels, by place, ready for JSON."""
    names = ("place", "iou", "precision", "recall", "boundary_iou", "area_bias_pct")
    return [{name: one.as_dict()[name] for name in names} for one in scores]
