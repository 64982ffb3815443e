"""Footprints of right angles come apart into the rectangles they are made of."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import shapely
from shapely import Polygon
from shapely.affinity import rotate

from geoml.areas.demo.aerial.rectangles import rectangles

BODY = shapely.box(0, 0, 14, 8)
SHAPES = {
    "rectangle": (BODY, 1),
    "L": (BODY.union(shapely.box(0, 7, 5, 15)), 2),
    "T": (BODY.union(shapely.box(5, 7, 9, 12)), 2),
    "court": (shapely.box(0, 0, 30, 20).difference(shapely.box(8, 6, 20, 14)), 4),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("turn", [0, 33, 121])
def test_the_rectangles_cover_the_footprint_and_nothing_else(name: str, turn: float) -> None:
    shape, count = SHAPES[name]
    turned = shapely.transform(rotate(shape, turn), lambda points: points.round(2))
    parts = rectangles(cast("Polygon", turned))
    assert len(parts) == count
    outlines = []
    for frame, (long, wide) in parts:
        assert long >= wide
        corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        outlines.append(Polygon([frame.point(a * long / 2, b * wide / 2) for a, b in corners]))
    covered = shapely.union_all(outlines)
    assert covered.symmetric_difference(turned).area < 0.02 * turned.area
    areas = [long * wide for _, (long, wide) in parts]
    assert areas == sorted(areas, reverse=True)


def test_other_angles_have_no_rectangles() -> None:
    turns = np.arange(5) * 2 * np.pi / 5
    assert rectangles(Polygon(np.column_stack([9 * np.cos(turns), 9 * np.sin(turns)]))) == []
