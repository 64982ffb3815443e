import numpy as np
import pytest

from geoml.errors import InvalidArgument, UnreadableFile
from geoml.features.solar.azimuth import CompassAzimuth
from geoml.features.solar.planes import planes
from geoml.features.solar.sky import Sky, read_sky, sky_at, sky_from_sums

LEVEL = CompassAzimuth(0.0)


def level_ground(latitude, sky, altitude_m=0.0):
    return planes(latitude, sky, altitude_m).monthly(np.array([0.0]), LEVEL)[0]


def test_the_packaged_sky_is_continuous_from_pole_to_pole():
    skies = [sky_at(latitude) for latitude in np.arange(-66, 66.1, 0.5)]
    clearness = np.array([sky.clearness for sky in skies])
    assert np.abs(np.diff(clearness, axis=0)).max() < 0.02
    assert all("declared" in sky.source and sky.uncertainty >= 0.1 for sky in skies)


@pytest.mark.parametrize("latitude", [-66.1, 66.1, 90, np.nan])
def test_no_sky_beyond_the_polar_circles(latitude):
    with pytest.raises(InvalidArgument, match="sky"):
        sky_at(latitude)


def test_monthly_sums_come_back_as_they_were_given():
    sums = np.array([56.0, 78, 122, 140, 169, 188, 203, 176, 135, 92, 60, 48])
    sky = sky_from_sums(42.0, sums, uncertainty=0.05, source="a station", altitude_m=600)
    np.testing.assert_allclose(level_ground(42.0, sky, 600.0), sums, rtol=1e-3)
    assert (sky.uncertainty, sky.source) == (0.05, "a station")


def test_a_town_brings_its_own_sky(tmp_path):
    file = tmp_path / "sky.toml"
    file.write_text(f'clearness = {[0.8] * 12}\nuncertainty = 0.05\nsource = "our station"\n')
    sky = read_sky(file, 45.0)
    assert sky.clearness == (0.8,) * 12
    assert sky.turbidity == sky_at(45.0).turbidity
    assert Sky(**{**sky.as_dict(), "clearness": sky.clearness, "turbidity": sky.turbidity}) == sky


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("clearness = [", UnreadableFile),
        ("clearness = [0.5]\nuncertainty = 0.05\nsource = 'x'", InvalidArgument),
        ("uncertainty = 0.05\nsource = 'x'", InvalidArgument),
        (f"clearness = {[0.5] * 12}\nuncertainty = 0.05\nsource = 'x'\nfog = 1", InvalidArgument),
        (f"clearness = {[75] * 12}\nuncertainty = 0.05\nsource = 'x'", InvalidArgument),
    ],
)
def test_a_file_that_is_no_sky_is_refused(tmp_path, text, error):
    file = tmp_path / "sky.toml"
    file.write_text(text)
    with pytest.raises(error):
        read_sky(file, 45.0)


def test_sums_that_no_sky_gives_are_refused_but_not_in_the_dark():
    with pytest.raises(InvalidArgument, match="clearness"):
        sky_from_sums(45.0, [150.0] * 12, uncertainty=0.05, source="x")
    north = [8.0, 20, 60, 110, 160, 170, 165, 120, 70, 30, 9, 4]
    assert max(sky_from_sums(65.5, north, uncertainty=0.05, source="x").clearness) <= 1.2


def test_eleven_months_are_no_year():
    with pytest.raises(InvalidArgument, match="year"):
        sky_from_sums(45.0, [100.0] * 11, uncertainty=0.05, source="x")
