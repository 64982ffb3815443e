"""The known answer of the scene is another equation's; here it is computed again."""

import numpy as np

from geoml.services.rooftop.scene import AZIMUTHS, PLACE, SUNS, TILTS, scene


def test_the_suns_are_those_of_an_evenly_bright_sky():
    from pvlib import irradiance

    from geoml.features.solar.days import days
    from geoml.features.solar.sky import sky_at

    day = days(PLACE, sky_at(PLACE), 0.0)
    tilt, total = np.array(TILTS)[:, None], np.zeros((len(TILTS), len(AZIMUTHS)))
    lean = np.radians(tilt)
    for month in range(12):
        lit = day.zenith[month] < 90
        zenith, azimuth, beam, diffuse, level = (
            values[month][lit][:, None, None]
            for values in (day.zenith, day.azimuth, day.direct, day.diffuse, day.level)
        )
        facing = irradiance.aoi_projection(tilt, np.array(AZIMUTHS), zenith, azimuth)
        even = diffuse * (1 + np.cos(lean)) / 2 + 0.2 * level * (1 - np.cos(lean)) / 2
        total += (beam * np.maximum(facing, 0) + even).sum(axis=0) * day.weight[month, 0]
    np.testing.assert_allclose(total, SUNS, atol=1)


def test_it_is_a_street_of_every_slope_and_side():
    found = scene()
    assert found.grid.shape == (15, 8)
    assert set(found.features["tilt"].ravel()) == set(TILTS)
    assert found.truth.max() == max(map(max, SUNS))
