"""How far the network sees: in theory, and where a change of a pixel still matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.learning.segmentation.deep import Net, torch

_SIDE = 768
_MATTERS = 1e-3


@dataclass(frozen=True, slots=True)
class Reach:
    """Pixels from a pixel to the farthest ones that can, and that do, decide on it.

    ``theory`` counts every path through the network; within ``effective`` lies all but 0.1 % of the
    sum of the gradients on noise. Beyond ``theory`` the gradient is 0 exactly.
    """

    theory: int
    effective: int

    def halo(self, stride: int) -> int:
        """``theory``, rounded up to the stride: with it around a window, tiling is exact."""
        return -(-self.theory // stride) * stride


def reach(net: Net, stride: int, *, seed: int = 0) -> Reach:
    """Measure how far a network sees, by the gradient of pixels in the middle of noise.

    One pixel of each place in a block of ``stride`` pixels a side is asked, since paths differ
    between them. What is measured as ``theory`` is the support of the gradient with every weight
    replaced by its size and every unit switched on, so that nothing cancels out.
    """
    effective = _spread(net, stride, seed)
    return Reach(_support(net, stride), effective)


def _spread(net: Net, stride: int, seed: int) -> int:
    gradient = _gradient(net, stride, seed)
    share = np.cumsum(np.bincount(_distance(stride).ravel(), gradient.ravel()))
    return int(np.searchsorted(share, (1 - _MATTERS) * share[-1]))


def _support(net: Net, stride: int) -> int:
    """The farthest pixel with a gradient, through a copy of the net that cancels nothing."""
    import copy

    nn = torch().nn
    open_ = copy.deepcopy(net).eval()
    for layer in open_.modules():
        if isinstance(layer, nn.Conv2d):
            layer.weight.data = torch().ones_like(layer.weight) / layer.weight[0].numel()
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):
            layer.reset_parameters()
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:
            nn.init.zeros_(layer.bias)
    gradient = _gradient(open_.double(), stride, None)
    return int(_distance(stride)[gradient > 0].max())


def _gradient(net: Net, stride: int, seed: int | None) -> NDArray[Any]:
    """|d out / d in| of a block of pixels in the middle, summed over colours."""
    shape = (1, 3, _SIDE, _SIDE)
    kind = next(net.parameters()).dtype
    if seed is None:
        image = torch().full(shape, 1e-6, dtype=kind)  # so little that no unit saturates
    else:
        image = torch().randn(shape, generator=torch().Generator().manual_seed(seed), dtype=kind)
    image.requires_grad_(True)
    net.eval()
    middle = slice((_SIDE - stride) // 2, (_SIDE - stride) // 2 + stride)
    net(image)[0, 0, middle, middle].sum().backward()
    found: NDArray[Any] = image.grad[0].abs().sum(0).numpy()
    return found


def _distance(stride: int) -> NDArray[np.int64]:
    """Pixels to the block in the middle along rows or columns, whichever is more."""
    at = np.arange(_SIDE)
    first = (_SIDE - stride) // 2
    away = np.maximum(np.maximum(first - at, at - (first + stride - 1)), 0)
    return np.maximum(away[:, None], away[None, :])
