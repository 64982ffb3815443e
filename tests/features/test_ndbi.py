import numpy as np
import pytest

from geoml.features.ndbi import QUANTITY, ndbi


def test_worked_example():
    assert ndbi(nir=np.array([0.2]), swir1=np.array([0.3]))[0] == pytest.approx(0.2)


def test_leaves_are_below_zero_and_bare_ground_above():
    leaves, ground = ndbi(nir=np.array([0.45, 0.25]), swir1=np.array([0.2, 0.35]))
    assert leaves < 0 < ground


def test_declared_inputs_are_the_ones_used():
    layers = {"nir": np.array([[0.2]]), "swir1": np.array([[0.3]])}
    assert QUANTITY.compute(layers, None)[0, 0] == pytest.approx(0.2)
