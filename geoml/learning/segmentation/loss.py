"""The loss: cross-entropy that looks harder at outlines, and the overlap of each picture."""

from __future__ import annotations

from geoml.learning.segmentation.deep import Tensor, torch

UNKNOWN = 255
"""A cell of a label that nothing is known about; it teaches nothing."""

_EDGE_PX = 2
_EDGE_WEIGHT = 2.0
_SMOOTH = 0.02


def loss(logits: Tensor, label: Tensor) -> Tensor:
    """Cross-entropy, 1 + 2 times as heavy within 2 px of an outline, plus dice; a scalar >= 0.

    ``logits`` float [n, 1, h, w]; ``label`` uint8 [n, 1, h, w]: 0, 1 or ``UNKNOWN``. Labels are
    smoothed by 0.02, since outlines drawn by hand are off by a pixel or two.
    """
    functional = torch().nn.functional
    logits = logits.float()
    known = (label != UNKNOWN).float()
    truth = (label == 1).float()
    weight = known * (1 + _EDGE_WEIGHT * edges(truth))
    smooth = truth * (1 - 2 * _SMOOTH) + _SMOOTH
    entropy = functional.binary_cross_entropy_with_logits(logits, smooth, reduction="none")
    cross = (entropy * weight).sum() / weight.sum().clamp(min=1)
    return cross + _dice(torch().sigmoid(logits) * known, truth * known)


def edges(truth: Tensor) -> Tensor:
    """1.0 within ``_EDGE_PX`` of a change between roof and ground, else 0.0; [n, 1, h, w]."""
    size = 2 * _EDGE_PX + 1
    pool = torch().nn.functional.max_pool2d
    wider = pool(truth, size, stride=1, padding=_EDGE_PX)
    narrower = -pool(-truth, size, stride=1, padding=_EDGE_PX)
    return wider - narrower


def _dice(probability: Tensor, truth: Tensor) -> Tensor:
    """1 - overlap over the whole batch: a picture without roofs does not blow it up."""
    both = (probability * truth).sum()
    return 1 - (2 * both + 1) / (probability.sum() + truth.sum() + 1)
