import numpy as np
import pytest

from geoml.services.uhi import SERVICE


def test_the_declared_features_are_those_of_the_feature_stack():
    assert [one.name for one in SERVICE.features] == [
        "ndvi",
        "ndbi",
        "albedo",
        "building_density",
        "water_distance",
        "imperviousness",
        "elevation",
        "slope",
        "ndvi_mean_300m",
        "building_density_mean_300m",
        "imperviousness_mean_300m",
    ]


@pytest.mark.parametrize(
    ("kelvin", "score"), [(-2, 0), (-9, 0), (0, 100 / 6), (4, 50), (10, 100), (25, 100)]
)
def test_frozen_anchors(kelvin, score):
    assert SERVICE.score.version == "1"
    np.testing.assert_allclose(SERVICE.score.score(np.array([float(kelvin)])), score)


def test_it_never_claims_to_be_air_temperature():
    assert "not air temperature" in SERVICE.is_not.en
    assert "pas la température de l'air" in SERVICE.is_not.fr
    for text in (SERVICE.title, SERVICE.summary):
        assert "air" not in text.en.split()
