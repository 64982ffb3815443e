"""The UTM zone of a place, Norway's exceptions and the ends of the world included."""

import pytest

from geoml.raster.utm import utm_crs


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [
        (2.35, 48.85, "EPSG:32631"),
        (151.2, -33.9, "EPSG:32756"),
        (5.3, 60.4, "EPSG:32632"),  # Bergen: 32V reaches over 31V
        (15.6, 78.2, "EPSG:32633"),  # Longyearbyen
        (180.0, 10.0, "EPSG:32660"),
        (0.0, 84.1, None),
        (0.0, -80.1, None),
    ],
)
def test_zones_are_those_of_their_authors(lon, lat, crs):
    assert utm_crs(lon, lat) == crs
