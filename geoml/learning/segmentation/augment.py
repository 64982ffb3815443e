"""What a chip may look like elsewhere: other light, other cameras, other ground.

A place that the network never saw differs from those that it learned from by far more than two
chips of one place do; only what is varied here is what it learns to overlook. Geometry (turns,
mirrors, scale) happens where chips are cut, ``geoml.learning.segmentation.chips``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from geoml.learning.segmentation.deep import Tensor, kornia, torch

Pair: TypeAlias = tuple[Tensor, Tensor]
"""(image float [n, 3, h, w] 0..255, label uint8 [n, 1, h, w]) of one batch."""

_SHADOW_SHARE = 0.3
_MIX_SHARE = 0.35
_COARSE_SHARE = 0.3
_COARSE = (1.2, 2.2)
"""How many times larger the pixels of a coarser camera are, whose picture was then enlarged."""
_GAIN = 0.18
_HAZE = 0.25


def augmented(pair: Pair) -> Pair:
    """A batch as it might look under other light, with other ground beside it.

    The random numbers are those of PyTorch's generator, so a run that is resumed goes on alike.
    """
    image, label = _mixed(*pair)
    image = _coarsened(colour()(image / 255))
    return (_lit(_shaded(image)) * 255).clamp(0, 255), label


@cache
def colour() -> Callable[[Tensor], Tensor]:
    """Light, colour, blur, sharpness, noise and grain on images of 0..1, by kornia."""
    library = kornia()
    parts = (
        library.ColorJiggle(0.3, 0.35, 0.4, 0.06, p=0.7),
        library.RandomGamma((0.65, 1.5), p=0.4),
        library.RandomGrayscale(p=0.06),
        library.RandomGaussianBlur((5, 5), (0.3, 1.4), p=0.25),
        library.RandomSharpness(2.5, p=0.2),
        library.RandomGaussianNoise(std=0.025, p=0.3),
        library.RandomJPEG((25.0, 80.0), p=0.25),
    )
    whole: Any = library.ImageSequential(*parts)
    return lambda image: whole(image).clamp(0, 1)


def _coarsened(image: Tensor) -> Tensor:
    """Some pictures as a coarser camera saw them: means of pixels, enlarged again."""
    chosen = torch().rand(image.shape[0]) < _COARSE_SHARE
    if not chosen.any():
        return image
    factor = _COARSE[0] + (_COARSE[1] - _COARSE[0]) * float(torch().rand(()))
    size = [max(1, round(side / factor)) for side in image.shape[2:]]
    resize = torch().nn.functional.interpolate
    small = resize(image[chosen], size, mode="area")
    image = image.clone()
    image[chosen] = resize(small, image.shape[2:], mode="bilinear", align_corners=False)
    return image


def _lit(image: Tensor) -> Tensor:
    """A gain for each channel (white balance), and a veil of haze over some pictures."""
    count = image.shape[0]
    gain = 1 + _GAIN * (2 * torch().rand(count, 3, 1, 1) - 1)
    haze = _HAZE * torch().rand(count, 1, 1, 1) * (torch().rand(count, 1, 1, 1) < 0.3)
    return (image * gain).clamp(0, 1) * (1 - haze) + haze * (
        0.6 + 0.3 * torch().rand(count, 3, 1, 1)
    )


def _shaded(image: Tensor) -> Tensor:
    """The shadow of something beyond the picture over one side of it, in some pictures."""
    count, _, rows, cols = image.shape
    angle = 2 * torch().pi * torch().rand(count, 1, 1, 1)
    row = torch().linspace(-1, 1, rows).view(1, 1, rows, 1)
    col = torch().linspace(-1, 1, cols).view(1, 1, 1, cols)
    side = row * torch().sin(angle) + col * torch().cos(angle)
    start = 0.3 + 0.9 * torch().rand(count, 1, 1, 1)
    width = 0.1 + 0.5 * torch().rand(count, 1, 1, 1)
    inside = torch().sigmoid(60 * (side - start)) * torch().sigmoid(60 * (start + width - side))
    chosen = (torch().rand(count, 1, 1, 1) < _SHADOW_SHARE).float()
    dark = (0.25 + 0.4 * torch().rand(count, 1, 1, 1)) * inside * chosen
    return image * (1 - dark)


def _mixed(image: Tensor, label: Tensor) -> Pair:
    """Paste a rectangle of another chip of the batch into some chips (CutMix, Yun et al. 2019).

    What is another place stands beside this one, so that the network cannot tell from the look of
    the whole picture what a roof should look like. https://doi.org/10.1109/ICCV.2019.00612
    """
    count, _, rows, cols = image.shape
    other = torch().randperm(count)
    image, label, source, truth = image.clone(), label.clone(), image, label
    for index in range(count):
        if float(torch().rand(())) > _MIX_SHARE:
            continue
        tall, wide = (int((0.3 + 0.4 * float(torch().rand(()))) * side) for side in (rows, cols))
        top = int(torch().randint(0, rows - tall + 1, ()))
        left = int(torch().randint(0, cols - wide + 1, ()))
        part = (slice(None), slice(top, top + tall), slice(left, left + wide))
        image[index][part] = source[other[index]][part]
        label[index][part] = truth[other[index]][part]
    return image, label
