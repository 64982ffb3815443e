"""The looks of a layer: its own classes, and continuous ramps that GIS people know by name.

Ramps are those of matplotlib as rio-tiler ships them, taken at the middle of each level of the
score, so that QGIS shows the same colours under the same name. ``viridis``, ``inferno`` and
``cividis`` keep their order for colour-blind eyes and in a grey print (Nunez, Anderton, Renslow
2018, https://doi.org/10.1371/journal.pone.0199239).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from rio_tiler.colormap import cmap

from geoml.raster.coding import LEVELS, flag_palette
from geoml.raster.png import Palette
from geoml.types import Text

DEFAULT = "default"
TITLES: Mapping[str, Text] = MappingProxyType(
    {
        DEFAULT: Text(fr="Classes de la légende", en="Classes of the legend"),
        "inferno": Text(fr="Dégradé inferno : noir à jaune", en="Inferno: black to yellow"),
        "viridis": Text(fr="Dégradé viridis : violet à jaune", en="Viridis: purple to yellow"),
        "cividis": Text(fr="Dégradé cividis : bleu à jaune", en="Cividis: blue to yellow"),
        "greys": Text(fr="Gris : clair à foncé", en="Greys: light to dark"),
        "contrast": Text(fr="Hachures à fort contraste", en="Hatching of high contrast"),
        "light": Text(fr="Hachures claires, pour fond sombre", en="Light hatching, on dark ground"),
    }
)
"""What people read beside the name of a style."""

_RAMPS = ("inferno", "viridis", "cividis", "greys")
_FLAGS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {"contrast": ("#d4005a", 255), "light": ("#ffffff", 220)}
)
_STOPS = 11


def of_scores(classes: Palette) -> dict[str, Palette]:
    """Styles of a score layer: its classes as ``default``, and the ramps. Index 0 is clear."""
    return {DEFAULT: classes, **{name: ramp(name) for name in _RAMPS}}


def of_flags() -> dict[str, Palette]:
    """Styles of the applicability layer: only index 2 is drawn."""
    drawn = {name: flag_palette(colour, opacity) for name, (colour, opacity) in _FLAGS.items()}
    return {DEFAULT: flag_palette(), **drawn}


@cache
def full(name: str) -> Palette:
    """The 256 colours of a ramp of rio-tiler, all opaque."""
    table: Any = cmap.get(name)  # index 0..255 -> red, green, blue, opacity
    palette = np.array([table[index] for index in range(256)], np.uint8)
    palette.flags.writeable = False
    return palette


@cache
def ramp(name: str) -> Palette:
    """A ramp over the 250 levels of the score, low to high; index 0 and 251.. are clear."""
    middle = (np.arange(LEVELS) + 0.5) / LEVELS
    palette = np.zeros((256, 4), np.uint8)
    palette[1 : LEVELS + 1] = full(name)[np.rint(middle * 255).astype(np.intp)]
    palette.flags.writeable = False
    return palette


def stops(name: str) -> list[str]:
    """Colours of a ramp at 0, 10, ... 100 as ``#rrggbb``, for a legend."""
    levels = np.rint(np.linspace(1, LEVELS, _STOPS)).astype(np.intp)
    return [f"#{bytes(colour[:3]).hex()}" for colour in ramp(name)[levels]]


def is_ramp(name: str | None) -> bool:
    """Whether a style is continuous."""
    return name in _RAMPS
