"""Roofs that are known, seen through pixels and noise, come back as they are."""

import math

import numpy as np
import pytest
import shapely
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.features import rasterize
from scipy.ndimage import gaussian_filter
from shapely import affinity

from geoml.vector.outlines import Rules, outlines_of
from geoml.vector.outlines.regular import main_direction

GSD_M = 0.25
SIDE = 160
TO_METRES = Affine(GSD_M, 0, 0, 0, -GSD_M, SIDE * GSD_M)

L_SHAPE = shapely.box(0, 0, 14, 7).union(shapely.box(0, 0, 6, 13))
COURT = shapely.box(0, 0, 16, 16).difference(shapely.box(5, 5, 11, 11))
BEVELLED = shapely.Polygon([(0, 0), (14, 0), (14, 6), (9, 11), (0, 11)])


def seen(shape, *, turn=0.0, seed=0, **rules):
    """(the true shape, the row of the table that its probability with ragged edges gives)."""
    true = affinity.rotate(shape, turn)
    true = affinity.translate(true, 20 - true.centroid.x, 20 - true.centroid.y)
    burnt = rasterize([true], (SIDE, SIDE), transform=TO_METRES).astype(np.float32)
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal((SIDE, SIDE)), 3)
    soft = gaussian_filter(burnt, 2)
    p = np.clip(soft + 0.3 * soft * (1 - soft) * noise / noise.std(), 0.01, 0.99)  # of edges
    found = outlines_of(p, GSD_M, transform=TO_METRES, rules=Rules(min_area_m2=20, **rules))
    assert len(found) == 1
    return true, found.iloc[0]


def iou(a, b) -> float:
    return a.intersection(b).area / a.union(b).area


@pytest.mark.parametrize("turn", [0, 17, 45, 88])
@pytest.mark.parametrize(
    ("shape", "corners"), [(shapely.box(0, 0, 12, 8), 4), (L_SHAPE, 6), (COURT, 8)]
)
def test_a_square_built_roof_gets_its_own_corners_back(shape, corners, turn):
    true, row = seen(shape, turn=turn)
    assert (row["reg_status"], row["vertices"]) == ("regularised", corners)
    assert iou(row.geometry, true) > 0.93
    assert row.geometry.area / true.area == pytest.approx(1, abs=0.04)
    ring = np.asarray(row.geometry.exterior.coords)
    ahead = np.diff(ring, axis=0)
    turns = np.einsum("ij,ij->i", ahead, np.roll(ahead, -1, axis=0))
    assert abs(turns).max() < 1e-6


def test_a_slanted_side_stays_slanted():
    true, row = seen(BEVELLED, turn=10)
    assert (row["reg_status"], row["vertices"]) == ("regularised", 5)
    assert iou(row.geometry, true) > 0.94


def test_a_round_roof_stays_round():
    true, row = seen(shapely.Point(0, 0).buffer(7))
    assert row["reg_status"] == "regularised"
    assert iou(row.geometry, true) > 0.96
    assert row.geometry.area / row.geometry.minimum_rotated_rectangle.area == pytest.approx(
        math.pi / 4, abs=0.02
    )


def test_what_no_drawing_tells_stays_as_it_was_seen():
    spiral = shapely.LineString(
        [((2 + t / 2) * math.cos(t), (2 + t / 2) * math.sin(t)) for t in np.arange(0, 18, 0.1)]
    )
    true, row = seen(spiral.buffer(0.6), core_m2=0, neck_m=0)
    assert row["reg_status"] == "raw"
    assert iou(row.geometry, true) > 0.7


def test_nothing_is_redrawn_when_the_rules_say_so():
    assert seen(L_SHAPE, regularise=False)[1]["reg_status"] == "raw"


@given(st.floats(0, 89.9), st.floats(0.3, 1))
def test_the_main_direction_is_that_of_the_long_sides(turn, ratio):
    ring = np.asarray(affinity.rotate(shapely.box(0, 0, 10, 10 * ratio), turn).exterior.coords)[:-1]
    off = math.degrees(main_direction(ring)) - turn
    assert (off + 45) % 90 - 45 == pytest.approx(0, abs=1e-6)
