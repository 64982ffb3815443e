"""Finds services, lists what they have published; the one place that knows what exists."""

from geoml.catalog.layers import LAYERS, Layer, layer, layers_of
from geoml.catalog.services import fed_by, get, names

__all__ = ["LAYERS", "Layer", "fed_by", "get", "layer", "layers_of", "names"]
