"""Laws of a drawn picture: sizes, heights, shadows and walls are where geometry puts them."""

from __future__ import annotations

import numpy as np
import pytest

from geoml.areas.demo.aerial.camera import Light
from geoml.areas.demo.aerial.materials import concrete, leaves
from geoml.areas.demo.aerial.render import Rendered, View, mean, render
from geoml.areas.demo.aerial.roofs import Form, Roof, put
from geoml.areas.demo.aerial.sketch import ROOF, Frame, Sketch

CELL = 0.1
SIZE = 40.0
MIDDLE = (SIZE / 2, SIZE / 2)
VIEW = View(0.0, SIZE, CELL, round(SIZE / CELL), round(SIZE / CELL))
NOON = Light(180.0, 60.0, sky=0.3)


def ground() -> tuple[Sketch, int]:
    sketch = Sketch()
    paint = sketch.paint(concrete(np.random.default_rng(1)))
    sketch.box(Frame(MIDDLE, 0.0), (4 * SIZE, 4 * SIZE), paint)
    return sketch, paint


def roofed(form: Form, turn: float, slope: float, size: tuple[float, float]) -> Sketch:
    sketch, paint = ground()
    put(sketch, Roof(Frame(MIDDLE, turn), size, form, 4.0, slope, paint, paint))
    return sketch


def block(height: float) -> Sketch:
    sketch, paint = ground()
    sketch.box(Frame(MIDDLE, 0.0), (8.0, 8.0), paint, height, ROOF, paint)
    return sketch


def seen(sketch: Sketch, sun: Light = NOON, lean: tuple[float, float] = (0.0, 0.0)) -> Rendered:
    return render(sketch, VIEW, sun, lean)


@pytest.mark.parametrize("form", ["shed", "gable", "hip"])
@pytest.mark.parametrize("turn", [0.0, 0.7, 2.9])
def test_heights_slope_as_the_facets_say(form: Form, turn: float) -> None:
    sketch = roofed(form, turn, 0.6, (16.0, 9.0))
    height = seen(sketch).height_m
    south, east = np.gradient(height, CELL, axis=0), np.gradient(height, CELL, axis=1)
    for facet in sketch.facets:
        x, y = np.array(facet.outline).mean(axis=0).tolist()
        row, col = int((SIZE - y) / CELL), int(x / CELL)
        tilt = np.rad2deg(np.arctan(np.hypot(south[row, col], east[row, col])))
        azimuth = np.rad2deg(np.arctan2(-east[row, col], south[row, col])) % 360
        assert tilt == pytest.approx(facet.tilt_deg, abs=0.1)
        assert azimuth == pytest.approx(facet.azimuth_deg, abs=0.1)
    assert height.min() == 0.0


@pytest.mark.parametrize("turn", [0.0, 0.4, 1.2])
def test_a_roof_of_known_size_measures_it(turn: float) -> None:
    roof = seen(roofed("gable", turn, 0.5, (14.0, 8.0))).roof
    assert roof.sum() * CELL**2 == pytest.approx(14 * 8, rel=0.01)


@pytest.mark.parametrize("azimuth", [20.0, 135.0, 250.0, 300.0])
def test_shadows_fall_away_from_the_sun_as_long_as_its_height_says(azimuth: float) -> None:
    sun = Light(azimuth, 40.0, sky=0.2)
    bright, dark = seen(ground()[0], sun).radiance, seen(block(5.0), sun).radiance
    shade = (dark / bright).mean(axis=2) < 0.6
    away = np.deg2rad(azimuth + 180)
    reach = 5.0 / np.tan(np.deg2rad(40.0))
    # From the middle outwards: through the block, which is 8 m wide, then over the ground.
    steps = np.arange(0.0, 18.0, CELL)
    rows = ((SIZE / 2 - steps * np.cos(away)) / CELL).astype(int)
    cols = ((SIZE / 2 + steps * np.sin(away)) / CELL).astype(int)
    edge = 4.0 / max(abs(np.cos(away)), abs(np.sin(away)))
    assert shade[rows, cols].sum() * CELL == pytest.approx(reach, abs=0.5)
    towards = 2 * VIEW.rows // 2 - rows, 2 * VIEW.cols // 2 - cols
    beyond = steps > edge + 0.2
    assert not shade[towards[0][beyond], towards[1][beyond]].any()


def test_tall_things_lean_and_only_their_tops_are_roofs() -> None:
    upright, leaning = seen(block(10.0)), seen(block(10.0), lean=(0.2, -0.1))
    before, after = (np.argwhere(view.roof).mean(axis=0) for view in (upright, leaning))
    np.testing.assert_allclose((after - before) * CELL, (-1.0, 2.0), atol=0.15)
    assert leaning.roof.sum() == pytest.approx(upright.roof.sum(), rel=0.03)
    walls = (leaning.height_m > 0.5) & ~leaning.roof
    assert walls.sum() > 10 * (((upright.height_m > 0.5) & ~upright.roof).sum() + 1)


def test_leaves_hide_a_roof_but_do_not_take_it_away() -> None:
    sketch = block(4.0)
    bare = seen(sketch)
    sketch.crown((MIDDLE[0] + 4, MIDDLE[1]), 3.0, 2.0, 9.0, sketch.paint(leaves(NOISE)))
    green = seen(sketch)
    assert (green.roof == bare.roof).all()
    assert (green.piece < 0).sum() * CELL**2 == pytest.approx(np.pi * 9, rel=0.35)
    assert green.height_m.max() > 6


def test_the_mean_of_blocks_keeps_colours() -> None:
    values = np.arange(48.0).reshape(4, 4, 3)
    got = mean(values, 2)
    assert got.shape == (2, 2, 3)
    np.testing.assert_allclose(got[0, 0], values[:2, :2].mean(axis=(0, 1)))


NOISE = np.random.default_rng(2)
