"""Ground is cut without losing any of it."""

from __future__ import annotations

import numpy as np
import shapely

from geoml.areas.demo.aerial.parcels import Bend, cut, ring
from geoml.areas.demo.aerial.sketch import Frame

WHOLE = (-80.0, -50.0, 90.0, 60.0)


def test_parts_and_gaps_tile_the_whole() -> None:
    found = list(cut(WHOLE, (15, 30), (2, 8), np.random.default_rng(4)))
    boxes = [shapely.box(*rect) for rect, _ in found]
    whole = shapely.box(*WHOLE)
    assert sum(box.area for box in boxes) == np.float64(whole.area).round(6)
    assert shapely.union_all(boxes).symmetric_difference(whole).area < 1e-6
    sides = [max(r[2] - r[0], r[3] - r[1]) for r, gap in found if not gap]
    assert max(sides) <= 30 * 1.25
    assert any(gap for _, gap in found)


def test_an_outline_bends_with_its_streets() -> None:
    straight = Bend(Frame((5.0, 7.0), 0.0), 0.0, 60.0, (0.0, 0.0))
    assert ring((0, 0, 30, 20), straight) == [(5, 7), (35, 7), (35, 27), (5, 27)]
    bent = Bend(Frame((5.0, 7.0), 0.0), 4.0, 60.0, (0.3, 1.1))
    outline = shapely.Polygon(ring((0, 0, 30, 20), bent))
    assert len(outline.exterior.coords) > 6
    assert 0.7 < outline.area / 600 < 1.3
