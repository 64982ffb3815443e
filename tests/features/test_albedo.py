import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geoml.features.albedo import QUANTITY, WEIGHTS, albedo

BAND = st.floats(0, 1.25, width=32) | st.just(np.nan)


def same_everywhere(reflectance):
    return {name: np.full((2, 2), reflectance, np.float32) for name in WEIGHTS}


def test_worked_example():
    np.testing.assert_allclose(albedo(**same_everywhere(0.3)), 0.303, rtol=1e-6)


@given(bands=st.tuples(BAND, BAND, BAND, BAND, BAND))
def test_in_range_or_unknown(bands):
    got = albedo(*(np.array([band], np.float32) for band in bands))[0]
    assert np.isnan(got) if np.isnan(bands).any() else 0 <= got <= 1


@given(base=st.floats(0, 0.9), more=st.floats(0, 0.5), name=st.sampled_from(sorted(WEIGHTS)))
def test_a_brighter_band_is_never_less_albedo(base, more, name):
    layers = same_everywhere(base)
    brighter = layers | {name: layers[name] + np.float32(more)}
    assert (albedo(**brighter) >= albedo(**layers)).all()


def test_each_band_has_the_weight_of_its_paper():
    for name, weight in WEIGHTS.items():
        layers = same_everywhere(0.3)
        layers[name] = layers[name] + np.float32(0.1)
        more = QUANTITY.compute(layers, None) - albedo(**same_everywhere(0.3))
        np.testing.assert_allclose(more, 0.1 * weight, rtol=1e-4)


def test_inputs_are_left_as_they_are():
    layers = same_everywhere(0.3)
    albedo(**layers)
    np.testing.assert_array_equal(layers["blue"], np.float32(0.3))
