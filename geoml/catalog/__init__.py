"""Finds services, lists what they have published; the one place that knows what exists."""

from geoml.catalog.layers import LAYERS, Layer, layer, layers_of
from geoml.catalog.services import get, names

__all__ = ["LAYERS", "Layer", "get", "layer", "layers_of", "names"]
