import numpy as np
import pytest

from geoml.errors import InvalidArgument
from geoml.features.solar.azimuth import CompassAzimuth, SouthAzimuth, compass_values
from geoml.features.solar.irradiation import irradiation_of

NAMED = {"north": (0, -180), "east": (90, -90), "south": (180, 0), "west": (270, 90)}


@pytest.mark.parametrize("name", NAMED)
def test_one_direction_in_both_conventions(name):
    compass, south = NAMED[name]
    assert CompassAzimuth(compass).to_south().values == south
    assert SouthAzimuth(south).to_compass().values == compass


def test_there_and_back_is_the_same_direction():
    degrees = np.linspace(-720, 720, 97)
    there = CompassAzimuth(degrees)
    np.testing.assert_allclose(there.to_south().to_compass().values, there.values, atol=1e-9)
    assert ((there.values >= 0) & (there.values < 360)).all()
    south = there.to_south().values
    assert ((south >= -180) & (south < 180)).all()


def test_unknown_stays_unknown():
    assert np.isnan(CompassAzimuth(np.nan).to_south().values)


def test_a_hair_west_of_north_is_not_360():
    assert CompassAzimuth(-1e-20).values == 0


@pytest.mark.parametrize("wrong", [SouthAzimuth(0.0), 180.0, np.array([180.0])])
def test_what_does_not_say_its_convention_is_refused(wrong):
    with pytest.raises(InvalidArgument, match="CompassAzimuth") as caught:
        compass_values(wrong)
    assert "to_compass" in caught.value.next_step
    with pytest.raises(InvalidArgument):
        irradiation_of(np.array([45.0]), np.array([30.0]), wrong, np.array([0.0]))


@pytest.mark.parametrize(("outer", "inner"), [(CompassAzimuth, SouthAzimuth), (SouthAzimuth,) * 2])
def test_one_is_not_wrapped_into_the_other(outer, inner):
    with pytest.raises(InvalidArgument, match="convention"):
        outer(inner(0.0))
