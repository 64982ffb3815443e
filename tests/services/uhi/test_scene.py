import numpy as np

from geoml.services.uhi.scene import scene


def test_the_truth_is_the_formula_of_its_docstring():
    one = scene()
    f = {name: values.astype(float) for name, values in one.features.items()}
    signal = (
        -6 * f["ndvi"]
        + 5 * f["building_density"]
        - 2 * np.exp(-f["water_distance"] / 150)
        - 0.0065 * f["elevation"]
    )
    difference = signal - one.truth
    assert np.ptp(difference) < 1e-3


def test_the_label_is_the_truth_at_a_temperature_with_noise():
    one = scene()
    noise = one.label - one.truth - 296
    assert abs(noise.mean()) < 0.02
    assert 0.28 < noise.std() < 0.32


def test_the_town_is_hotter_than_the_countryside_and_its_park_is_not():
    one = scene()
    assert one.truth[one.inside].mean() > one.truth[~one.inside].mean() + 1
    assert one.truth[40, 58] < one.truth[48, 48] - 2
