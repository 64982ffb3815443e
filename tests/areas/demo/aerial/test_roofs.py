"""The planes of a roof lie over its rectangle and meet along its ridges."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import shapely
from shapely import Polygon

from geoml.areas.demo.aerial.roofs import Form, planes

SIZE = (12.0, 7.0)


@pytest.mark.parametrize("form", get_args(Form))
@pytest.mark.parametrize("size", [SIZE, SIZE[::-1]])
def test_planes_cover_the_rectangle_once_and_never_sink_below_the_eaves(
    form: Form, size: tuple[float, float]
) -> None:
    found = planes(form, size, 0.5)
    shapes = [Polygon(corners) for corners, _, _ in found]
    assert sum(shape.area for shape in shapes) == pytest.approx(size[0] * size[1])
    assert shapely.union_all(shapes).area == pytest.approx(size[0] * size[1])
    for corners, top, slope in found:
        heights = [top + slope[0] * u + slope[1] * v for u, v in corners]
        assert min(heights) >= -1e-9


@pytest.mark.parametrize(("form", "top"), [("shed", 3.5), ("gable", 1.75), ("hip", 1.75)])
def test_a_slope_rises_as_told(form: Form, top: float) -> None:
    heights = [
        plane + slope[0] * u + slope[1] * v
        for corners, plane, slope in planes(form, SIZE, 0.5)
        for u, v in corners
    ]
    assert max(heights) == pytest.approx(top)
    steep = {round(float(np.hypot(*slope)), 9) for _, _, slope in planes(form, SIZE, 0.5)}
    assert steep == {0.5}
