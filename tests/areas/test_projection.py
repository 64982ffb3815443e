import pytest

from geoml.areas.projection import checked_crs, default_crs
from geoml.errors import InvalidArgument

PLACES = {
    "Paris": (2.35, 48.85, "EPSG:2154"),
    "Strasbourg": (7.75, 48.58, "EPSG:2154"),
    "Brest": (-4.49, 48.39, "EPSG:2154"),
    "Perpignan": (2.9, 42.7, "EPSG:2154"),
    "Chamonix": (6.87, 45.92, "EPSG:2154"),
    "Ajaccio": (8.74, 41.92, "EPSG:2154"),
    "Saint-Denis, La Reunion": (55.45, -20.88, "EPSG:2975"),
    "Pointe-a-Pitre": (-61.53, 16.24, "EPSG:5490"),
    "Fort-de-France": (-61.07, 14.6, "EPSG:5490"),
    "Cayenne": (-52.33, 4.93, "EPSG:2972"),
    "Mamoudzou": (45.23, -12.78, "EPSG:4471"),
    "Geneva": (6.14, 46.2, "EPSG:32632"),
    "Brussels": (4.35, 50.85, "EPSG:32631"),
    "Barcelona": (2.17, 41.38, "EPSG:32631"),
    "Jersey": (-2.1, 49.2, "EPSG:32630"),
    "Roseau, Dominica": (-61.39, 15.3, "EPSG:32620"),
    "New York": (-73.9, 40.85, "EPSG:32618"),
    "Sydney": (151.2, -33.9, "EPSG:32756"),
    "Fiji, east of the last meridian": (180.0, -17.0, "EPSG:32760"),
}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_has_its_crs(place):
    lon, lat, crs = PLACES[place]
    assert default_crs(lon, lat) == crs
    assert checked_crs(crs, lon, lat) == crs


def test_no_zone_at_the_pole():
    with pytest.raises(InvalidArgument, match="polar CRS are not supported"):
        default_crs(0.0, 88.0)


@pytest.mark.parametrize(
    ("crs", "says"),
    [
        ("EPSG:4326", "not projected"),
        ("EPSG:3857", "Web Mercator"),
        ("EPSG:2263", "foot"),
        ("EPSG:2154", "not for -73.90"),
        ("EPSG:32633", "not for -73.90"),
        ("EPSG:6933", r"0\.87 m"),
        ("nonsense", "PROJ does not know"),
        ("+proj=laea +lon_0=-74 +lat_0=40", "no EPSG code"),
    ],
)
def test_a_crs_that_does_not_measure_this_place_is_refused(crs, says):
    with pytest.raises(InvalidArgument, match=says) as caught:
        checked_crs(crs, -73.9, 40.85)
    assert crs[:20] in caught.value.where
    assert "--crs" in caught.value.next_step


def test_a_south_orientated_crs_is_refused():
    with pytest.raises(InvalidArgument, match="do not run east and north"):
        checked_crs("EPSG:2053", 29.0, -26.0)
