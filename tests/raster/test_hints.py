"""A wrong place is told with the UTM zone of where it is, and with no country's own."""

import pytest
from pyproj import CRS

from geoml.raster.hints import ASSIGN, warp_first


@pytest.mark.parametrize(
    ("crs", "x", "y", "code"),
    [
        ("OGC:CRS84", 85.52, 27.63, "EPSG:32645"),  # Banepa
        ("OGC:CRS84", -70.6, -33.4, "EPSG:32719"),
        ("OGC:CRS84", 180.0, 10.0, "EPSG:32660"),
        ("EPSG:2154", 652_000, 6_862_000, "EPSG:32631"),
    ],
)
def test_the_utm_zone_is_that_of_the_place(crs, x, y, code):
    assert f"-t_srs {code} " in warp_first(crs, x, y)
    area = CRS(code).area_of_use
    assert area.west <= x <= area.east or crs != "OGC:CRS84"


@pytest.mark.parametrize(
    "place", [(), ("OGC:CRS84", 0.0, 89.0), ("EPSG:2154", 1e12, 0.0), ("no CRS", 1.0, 1.0)]
)
def test_where_it_is_unknown_no_code_is_invented(place):
    for told in (warp_first(*place), ASSIGN):
        assert "such as its UTM zone" in told
        assert "EPSG:CODE" in told
