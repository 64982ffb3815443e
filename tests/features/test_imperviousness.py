import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.features.imperviousness import QUANTITY, imperviousness, vegetation_cover

INDEX = st.floats(-1, 1, width=32) | st.just(np.nan)
SHARE = st.floats(0, 1, width=32) | st.just(np.nan)
BAND = st.floats(0, 1, width=32) | st.just(np.nan)


def one(value):
    return np.array([value], np.float32)


def test_worked_examples():
    assert vegetation_cover(np.array([0.375]))[0] == pytest.approx(0.25)
    assert imperviousness(one(0.375), one(0.3))[0] == pytest.approx(0.75)
    roofs = imperviousness(one(0.375), one(0.3), building_density=one(0.9))
    assert roofs[0] == pytest.approx(0.9)


@given(index=INDEX, nir=BAND, green=BAND | st.none(), share=SHARE | st.none())
def test_in_range_and_unknown_only_where_ndvi_is(index, nir, green, share):
    extra = (None if value is None else one(value) for value in (green, share))
    got = imperviousness(one(index), one(nir), *extra)[0]
    assert np.isnan(got) if np.isnan(index) else 0 <= got <= 1


@given(index=st.floats(-1, 1, width=32), nir=BAND, share=st.floats(0, 1, width=32))
def test_at_least_the_known_building_density(index, nir, share):
    assert imperviousness(one(index), one(nir), None, one(share))[0] >= np.float32(share)


@given(index=st.floats(0, 1, width=32), more=st.floats(0, 1, width=32))
def test_greener_is_never_more_sealed(index, more):
    low, high = imperviousness(one(index), one(0.3)), imperviousness(one(index + more), one(0.3))
    assert high <= low


def test_water_is_not_sealed_where_ndwi_agrees_or_is_unknown():
    ndvi = np.full(3, -0.2, np.float32)
    nir = np.full(3, 0.1, np.float32)
    green = np.array([0.15, np.nan, 0.05], np.float32)
    assert imperviousness(ndvi, nir, green).tolist() == [0, 0, 1]
    assert imperviousness(ndvi, nir).tolist() == [0, 0, 0]


def test_unknown_density_objects_to_nothing():
    assert imperviousness(one(0.375), one(0.3), None, one(np.nan))[0] == pytest.approx(0.75)


def test_optional_inputs_are_used_where_they_are():
    layers = {"ndvi": one(-0.2), "nir": one(0.1)}
    assert QUANTITY.compute(layers, None)[0] == 0
    assert QUANTITY.compute(layers | {"green": one(0.05)}, None)[0] == 1
    assert QUANTITY.compute(layers | {"building_density": one(0.5)}, None)[0] == 0.5
