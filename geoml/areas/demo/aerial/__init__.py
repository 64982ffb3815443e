"""Made-up aerial photographs with the exact truth about their roofs."""

from geoml.areas.demo.aerial.chips import Chip, chip

__all__ = ["Chip", "chip"]
