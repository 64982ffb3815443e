import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.features.ndvi import QUANTITY, ndvi

BAND = st.floats(0.001, 1)


def test_worked_example():
    assert ndvi(np.array([0.05]), np.array([0.45]))[0] == pytest.approx(0.8)


@given(red=BAND, nir=BAND, more=st.floats(0, 0.5, width=32))
def test_more_near_infrared_is_never_less_green(red, nir, more):
    low, high = ndvi(np.full(2, red), np.array([nir, nir + more]))
    assert high >= low


@given(red=BAND, nir=BAND, gain=st.floats(0.5, 2))
def test_a_common_gain_changes_nothing(red, nir, gain):
    index = ndvi(np.array([red, red * gain]), np.array([nir, nir * gain]))
    assert index[0] == pytest.approx(index[1], abs=1e-9)


def test_declared_inputs_are_the_ones_used():
    layers = {"red": np.array([[0.1]]), "nir": np.array([[0.3]])}
    assert QUANTITY.compute(layers, None)[0, 0] == pytest.approx(0.5)
