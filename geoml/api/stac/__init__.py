"""STAC API 1.0 below ``/stac``: sources and editions of every area, to browse and to search."""
