"""Vectors: reading, writing and covering cells; only here and in geoml.raster is there GDAL."""
