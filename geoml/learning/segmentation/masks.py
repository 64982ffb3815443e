"""What counts as a roof in a mask: a value, a colour, or whatever is not black."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.errors import InvalidArgument
from geoml.raster.picture import LARGEST_PX, read_picture
from geoml.types import Mask

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class MaskRule:
    """Red, green and blue of what is a roof, 0..255; None for everything that is not black."""

    rgb: tuple[int, int, int] | None = None

    @classmethod
    def of(cls, told: Mapping[str, Any], where: str) -> MaskRule:
        """``{nonzero = true}``, ``{value = 255}`` or ``{colour = "#3C1098"}``; InvalidArgument."""
        match dict(told):
            case {"nonzero": True} if len(told) == 1:
                return cls()
            case {"value": int(value)} if len(told) == 1 and 0 <= value <= 255:
                return cls((value, value, value))
            case {"colour": str(colour)} if len(told) == 1 and _COLOUR.fullmatch(colour):
                red, green, blue = bytes.fromhex(colour[1:])
                return cls((red, green, blue))
        raise InvalidArgument(
            "this rule says of no mask what a roof is",
            where=where,
            expected='{nonzero = true}, {value = 0..255} or {colour = "#RRGGBB"}',
            got=str(dict(told)),
        )

    def __call__(self, rgb: NDArray[np.uint8]) -> Mask:
        """True where ``rgb`` (rows, cols, 3) is a roof."""
        if self.rgb is None:
            found: Mask = rgb.max(axis=-1) > 0
            return found
        found = (rgb == np.array(self.rgb, np.uint8)).all(axis=-1)
        return found


def read_mask(path: Path, rule: MaskRule, *, largest_px: int = LARGEST_PX) -> Mask:
    """A mask of (rows, cols), True on roofs; palettes are seen in their colours.

    Raises as ``geoml.raster.picture.read_picture``.
    """
    return rule(read_picture(path, place="ignored", largest_px=largest_px).rgb)
