"""How a thing is drawn: classes with colours and words, from the legend of the contract.

Every style that is served (QML, SLD, MapLibre, the picture of the legend) is written from these
classes, so that a layer looks in a desktop GIS as it does on the map.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from geoml.catalog.collections import Collection
from geoml.catalog.layers import title_of
from geoml.contract import PROBABILITY, Legend, Service
from geoml.errors import UnknownLayer
from geoml.lifecycle.web import FLAG, legend_of, palette_of
from geoml.raster.coding import APPLICABLE, NOT_APPLICABLE
from geoml.types import Language, Text
from tiles.styles import is_ramp, of_flags, stops

DEFAULT = "score"
_KNOWN = Text(fr="Le modèle a vu semblable", en="The model has seen the like")
_STRANGE = Text(fr="Le modèle n'a rien vu de semblable", en="The model has seen nothing like it")
_JUST_ABOVE_ONE = float(np.nextafter(np.float32(1), np.float32(2)))


@dataclass(frozen=True, slots=True)
class Class:
    """Values from ``low`` (included) to ``high`` (not included) in one colour.

    ``colour`` is ``#rrggbb``, ``opacity`` 0..255.
    """

    low: float
    high: float
    colour: str
    opacity: int
    label: Text

    @property
    def last(self) -> float:
        """The largest value of the class in single precision, as rasters hold it; inf has no end.

        What a program wants that takes a class up to its upper end, the end included.
        """
        if self.high == math.inf:
            return math.inf
        return float(np.nextafter(np.float32(self.high), np.float32(-np.inf)))

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Red, green and blue, 0..255."""
        red, green, blue = bytes.fromhex(self.colour[1:])
        return red, green, blue


@dataclass(frozen=True, slots=True)
class Look:
    """How one quantity is drawn; ``field`` is the property of features that holds it.

    The classes leave no gap and no value out: the first begins at -inf, the last ends at inf.
    """

    id: str
    title: Text
    field: str
    classes: tuple[Class, ...]

    def told(self, language: Language) -> str:
        """The title in a language."""
        return self.title.in_(language)


def look(service: Service, style: str) -> Look:
    """The look of a map layer, and of the property of the same name; raises UnknownLayer."""
    if style not in service.layers:
        told = ", ".join(service.layers)
        raise UnknownLayer("no such style", where=repr(style)[:60], expected=told)
    name, whole = title_of(service, style).within(), service.title
    title = Text(fr=f"{whole.fr} : {name.fr}", en=f"{whole.en}: {name.en}")
    field = f"{service.name}_score" if style == DEFAULT else style
    classes = _flags(service) if style == FLAG else _scores(legend_of(service, style))
    return Look(style, title, field, classes)


def painted(one: Look, name: str) -> Look:
    """A look in another of the styles that map tiles are offered in, for the legend.

    A ramp is shown by its colours at 0, 10, ... 100. Raises UnknownLayer.
    """
    flag = one.id == FLAG
    palettes = of_flags() if flag else {}
    if flag and name in palettes:
        known, strange = one.classes
        red, green, blue, opacity = palettes[name][NOT_APPLICABLE].tolist()
        drawn = replace(strange, colour=f"#{red:02x}{green:02x}{blue:02x}", opacity=opacity)
        return replace(one, classes=(known, drawn))
    if flag or not is_ramp(name):
        raise UnknownLayer("no such style", where=f"{one.id}, {name[:40]!r}")
    colours = stops(name)
    step = 100 / (len(colours) - 1)
    values = [number * step for number in range(len(colours))]
    return replace(
        one,
        classes=tuple(
            Class(value, value + step, colour, 255, Text(fr=f"{value:g}", en=f"{value:g}"))
            for value, colour in zip(values, colours, strict=True)
        ),
    )


def styles_of(service: Service, collection: Collection) -> tuple[str, ...]:
    """Ids of the styles of a collection: one for each quantity that its features have."""
    fields = {one.name for one in collection.fields}
    own = {DEFAULT: f"{collection.service}_score", PROBABILITY: ""}  # of pixels, and in percent
    return tuple(name for name in service.layers if own.get(name, name) in fields)


def _scores(legend: Legend) -> tuple[Class, ...]:
    # What lies outside the first and the last edge has no other class than these.
    edges = [-math.inf, *legend.edges[1:-1], math.inf]
    return tuple(
        Class(low, high, colour, 255, label)
        for low, high, colour, label in zip(
            edges, edges[1:], legend.colours, legend.labels, strict=False
        )
    )


def _flags(service: Service) -> tuple[Class, ...]:
    palette = palette_of(service, FLAG)
    ends = (-math.inf, _JUST_ABOVE_ONE, math.inf)
    found = []
    for index, low, high, label in (
        (APPLICABLE, ends[0], ends[1], _KNOWN),
        (NOT_APPLICABLE, ends[1], ends[2], _STRANGE),
    ):
        red, green, blue, opacity = palette[index].tolist()
        found.append(Class(low, high, f"#{red:02x}{green:02x}{blue:02x}", opacity, label))
    return tuple(found)
