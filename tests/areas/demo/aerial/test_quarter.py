"""Every kind of quarter has houses on its ground and nothing beyond its reach."""

from __future__ import annotations

import numpy as np
import pytest

from geoml.areas.demo.aerial.parcels import Bend
from geoml.areas.demo.aerial.quarter import build, quarter
from geoml.areas.demo.aerial.sketch import ROOF, Frame, Sketch
from geoml.areas.demo.aerial.styles import STYLES, Style

REACH = 60.0


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.name)
def test_a_quarter_has_houses_and_ends_where_nobody_looks(style: Style) -> None:
    rng, sketch = np.random.default_rng(5), Sketch()
    bend = Bend(Frame((0.0, 0.0), 0.3), 2.0, 80.0, (0.0, 1.0))
    build(quarter(sketch, style, bend, REACH, rng), (-200, -200, 200, 200), 0.0)
    roofs = [row for row in sketch.pieces if row[10] == ROOF]
    assert sketch.buildings >= 3
    assert len(roofs) >= sketch.buildings
    away = max(float(np.hypot(row[8], row[9])) for row in roofs)
    assert away < REACH + 1.5 * style.plot[1] + 15


def test_open_blocks_have_no_roofs() -> None:
    rng, sketch = np.random.default_rng(6), Sketch()
    bend = Bend(Frame((0.0, 0.0), 0.0), 0.0, 80.0, (0.0, 0.0))
    build(quarter(sketch, STYLES[0], bend, 300.0, rng), (-200, -200, 200, 200), 1.0)
    assert not sketch.facets
    assert len(sketch.pieces) > 100
