"""Bodies part where the probability dips between them, and nowhere else."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from geoml.vector.outlines import Rules, encoded, outlines_of
from geoml.vector.outlines.trace import trace
from geoml.vector.outlines.valleys import cores, parted_by_valleys

LEAST = 128


def row_of_houses(valley=0.6):
    """Three houses of 10 x 12 m in a row, 0.95 on the roofs and less on the walls between."""
    p = np.full((88, 180), 0.02, np.float32)
    p[20:68, 30:150] = 0.95
    p[20:68, [69, 70, 109, 110]] = valley
    return p


def bodies_of(p, core_px=100.0):
    coded = encoded(p)

    def read(window):
        return coded[window.slices]

    whole = trace(read, coded.shape, LEAST, chunk_px=64)
    return whole, parted_by_valleys(whole, read, LEAST, core_px)


def test_a_row_of_houses_is_a_row_for_each():
    found = outlines_of(row_of_houses(), 0.25)
    assert found["area_m2"].to_numpy() == pytest.approx([120, 120, 120], rel=0.05)
    assert (found["reg_status"] == "regularised").all()
    assert len(outlines_of(row_of_houses(), 0.25, rules=Rules(core_m2=0))) == 1


def test_without_a_valley_a_row_is_one_roof():
    assert len(outlines_of(row_of_houses(valley=0.95), 0.25)) == 1


def test_a_bright_patch_is_no_body():
    p = row_of_houses(valley=0.7)
    p[20:68, 30:150] = 0.7
    p[30:60, 80:140] = p[30:40, 40:60] = 0.99  # the second is less than a twentieth of the roof
    assert cores(encoded(p), p > 0.5, LEAST, 100)[1] == 1
    p[30:50, 40:60] = 0.99
    assert cores(encoded(p), p > 0.5, LEAST, 100)[1] == 2
    assert cores(encoded(p), p > 0.5, LEAST, 500)[1] == 1


def test_bodies_of_bodies_are_found_at_their_own_threshold():
    p = row_of_houses(valley=0.6)
    p[20:68, [109, 110]] = 0.85
    assert cores(encoded(p), p > 0.5, LEAST, 100)[1] == 3


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_bodies_are_valid_and_share_the_pixels_out(seed):
    p = gaussian_filter(np.random.default_rng(seed).random((60, 60)), 3)
    p = np.clip((p - p.mean()) / p.std() * 0.3 + 0.6, 0, 1)
    whole, bodies = bodies_of(p, core_px=20)
    assert shapely.is_valid(bodies).all()
    assert shapely.area(bodies).sum() == shapely.area(whole).sum()
    assert shapely.area(shapely.union_all(bodies)) == shapely.area(whole).sum()
    assert len(bodies) >= len(whole)
