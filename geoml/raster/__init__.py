"""Grids, windows, COG reading and writing, the tile codec: all that knows GDAL."""
