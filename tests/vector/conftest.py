"""What the hostile files of every format are read with."""

import pytest


@pytest.fixture(scope="session")
def read():
    """Read a foreign file as ingestion does: into Lambert-93, every allowed format open."""
    from geoml.vector.foreign import read_foreign

    drivers = ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "Parquet")

    def read(path, shapes=("polygon",), **options):
        return read_foreign(path, crs="EPSG:2154", drivers=drivers, shapes=shapes, **options)

    return read
