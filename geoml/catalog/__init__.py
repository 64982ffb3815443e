"""Finds services, lists what they have published; the one place that knows what exists."""

from geoml.catalog.layers import LAYERS, Layer, layer, layers_of, title_of
from geoml.catalog.services import broken, fed_by, get, names
from geoml.catalog.shelves import not_installed

__all__ = [
    "LAYERS",
    "Layer",
    "broken",
    "fed_by",
    "get",
    "layer",
    "layers_of",
    "names",
    "not_installed",
    "title_of",
]
