"""From a raster of probabilities to clean polygons: traced, separated, straightened, apart.

``outlines`` reads a file by chunks and ``outlines_of`` an array; both give the same table, whatever
the chunk. What a shape must be like is said by ``Rules``.
"""

from geoml.vector.outlines.coded import encoded as encoded
from geoml.vector.outlines.outline import footprint as footprint
from geoml.vector.outlines.outline import outlines as outlines
from geoml.vector.outlines.outline import outlines_of as outlines_of
from geoml.vector.outlines.rules import Rules as Rules

__all__ = ["Rules", "encoded", "footprint", "outlines", "outlines_of"]
