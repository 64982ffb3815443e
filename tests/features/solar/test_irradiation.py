import numpy as np
import pytest

from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.azimuth import CompassAzimuth
from geoml.features.solar.irradiation import irradiation_of
from geoml.features.solar.planes import planes
from geoml.features.solar.sky import sky_at

NAN = np.nan


def sun(latitude=45.0, tilt=30.0, compass=180.0, shading=0.0, **options):
    parts = [np.atleast_1d(np.asarray(part, float)) for part in (latitude, tilt, shading)]
    return irradiation_of(parts[0], parts[1], CompassAzimuth(compass), parts[2], **options)


def test_a_known_roof_gets_what_its_plane_gets():
    exact = planes(45.0, sky_at(45.0)).yearly(np.array([30.0]), CompassAzimuth(180.0))
    got = sun()
    assert got.p50 == pytest.approx(exact)
    assert got.low < got.p50 < got.high


def test_knowing_less_is_less_sure_but_never_no_answer():
    widths = [
        float((got.high - got.low)[0])
        for got in (
            sun(),
            sun(shading=NAN),
            sun(compass=NAN, shading=NAN),
            sun(tilt=NAN, compass=NAN, shading=NAN),
        )
    ]
    assert widths == sorted(widths)
    assert np.diff(widths).min() > 10


def test_unknown_orientation_spans_every_orientation():
    unknown = sun(tilt=NAN, compass=NAN)
    tilts, compass = np.meshgrid(np.arange(0.0, 46, 5), np.arange(0.0, 360, 10))
    every = sun(tilt=tilts.ravel(), compass=compass.ravel()).p50
    assert unknown.low <= every.min() <= every.max() <= unknown.high
    assert unknown.p50 == pytest.approx(np.median(every))


def test_a_flat_roof_faces_nowhere():
    level, nearly = sun(tilt=[0.0, 4.0], compass=np.array([NAN, NAN])).p50
    assert level == nearly


def test_shade_takes_its_share():
    got = sun(shading=[0.0, 0.25, 1.0]).p50
    assert got[1] == pytest.approx(0.75 * got[0])
    assert got[2] == 0


def test_latitudes_join_up():
    got = sun(latitude=np.linspace(44, 46, 41)).p50
    assert np.abs(np.diff(got)).max() < 3


def test_what_cannot_be_is_unknown():
    got = sun(latitude=[80.0, NAN, 45, 45], tilt=[30.0, 30, 120, 30], shading=[0.0, 0, 0, 1.5])
    assert np.isnan(got).all()


def test_rows_keep_their_shape_and_order():
    got = sun(latitude=np.array([[10.0, 50.0], [-30.0, 60.0]]))
    assert got.p50.shape == (2, 2)
    assert got.p50[1, 0] == pytest.approx(sun(latitude=-30.0).p50[0])


def test_every_assumption_is_told_in_both_languages_with_its_source():
    told = Assumptions().as_dict()
    assert told["performance_ratio"]["value"] == pytest.approx(0.784, abs=0.001)
    assert all(item["fr"] and item["en"] and item["source"] for item in told.values())
    assert set(Assumptions.__slots__) < set(told)
