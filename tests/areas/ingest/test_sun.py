from datetime import UTC, datetime

import pytest

from geoml.areas.ingest.sun import overpass_hour, position

PENNSYLVANIA = (-76.245, 40.523)


@pytest.mark.parametrize(
    ("day", "elevation", "azimuth"), [((2002, 7, 20), 61.4, 125.8), ((2002, 11, 25), 26.2, 159.5)]
)
def test_the_metadata_of_two_scenes_are_met_from_date_and_place(day, elevation, azimuth):
    hour = overpass_hour(*PENNSYLVANIA, 10.0, 98.2)
    sun = position(datetime(*day, tzinfo=UTC), hour, *PENNSYLVANIA)
    assert sun.elevation == pytest.approx(elevation, abs=1.5)
    assert sun.azimuth == pytest.approx(azimuth, abs=3.0)


def test_midsummer_noon_on_the_tropic_is_overhead():
    sun = position(datetime(2023, 6, 21, tzinfo=UTC), 12.03, 0.0, 23.44)
    assert sun.elevation == pytest.approx(90.0, abs=0.2)


def test_the_earth_is_nearest_in_january_and_farthest_in_july():
    """Perihelion 4 January 2023 at 0.98330 au, aphelion 6 July at 1.01668 (almanac)."""
    near = position(datetime(2023, 1, 4, tzinfo=UTC), 16.0, 0.0, 0.0)
    far = position(datetime(2023, 7, 6, tzinfo=UTC), 20.0, 0.0, 0.0)
    assert near.distance == pytest.approx(0.98330, abs=1e-4)
    assert far.distance == pytest.approx(1.01668, abs=1e-4)


def test_the_sun_is_east_in_the_morning_and_north_at_noon_in_the_south():
    morning = position(datetime(2023, 3, 21, tzinfo=UTC), 7.0, 0.0, 45.0)
    assert 85 < morning.azimuth < 110
    southern = position(datetime(2023, 3, 21, tzinfo=UTC), 12.1, 0.0, -45.0)
    assert abs((southern.azimuth + 180) % 360 - 180) < 2


def test_the_pass_is_later_by_the_sun_north_of_the_equator():
    local = [(overpass_hour(30.0, lat, 10.0, 98.2) + 2.0) % 24 for lat in (-40, 0, 40)]
    assert local[1] == pytest.approx(10.0)
    assert local[2] - 10.0 == pytest.approx(10.0 - local[0])
    assert 10.3 < local[2] < 10.6
