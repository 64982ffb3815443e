"""What lens, film and compression do to a picture, and what they leave alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from geoml.areas.demo.aerial import camera
from geoml.areas.demo.aerial.camera import Camera, Light, compressed, exposed

PLAIN = Camera(0.0, 1.0, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), 2.2, 1.0, 1.0, 0.0, 100, 0.0)


def scene() -> np.ndarray:
    rng = np.random.default_rng(3)
    coarse = rng.uniform(0.05, 0.6, (5, 6, 3)).astype(np.float32)
    return np.repeat(np.repeat(coarse, 9, axis=0), 9, axis=1)


def test_more_light_is_brighter_and_nothing_leaves_the_bytes() -> None:
    rng = np.random.default_rng(0)
    grey = [np.full((8, 8, 3), level, np.float32) for level in (0.0, 0.1, 0.3, 0.9, 5.0)]
    levels = [int(exposed(part, PLAIN, rng).mean()) for part in grey]
    assert levels == sorted(set(levels))
    assert 0 <= levels[0] < levels[-1] <= 255


@pytest.mark.parametrize("shape", [(45, 54, 3), (16, 16, 3), (33, 70, 3)])
def test_compression_loses_more_the_lower_its_quality(shape: tuple[int, ...]) -> None:
    levels = np.random.default_rng(1).uniform(40, 220, shape).astype(np.float32)
    losses = [float(np.abs(compressed(levels, q) - levels).mean()) for q in (95, 80, 50, 20)]
    assert losses == sorted(losses)
    assert compressed(levels, 80).shape == shape
    flat = np.full(shape, 120.0, np.float32)
    np.testing.assert_allclose(compressed(flat, 50), flat, atol=6)


def test_haze_lifts_the_dark_and_a_lens_softens_edges() -> None:
    rng = np.random.default_rng(0)
    clear = exposed(scene(), PLAIN, rng).astype(float)
    hazy = exposed(scene(), replace(PLAIN, haze=(0.05, 0.05, 0.06)), rng).astype(float)
    soft = exposed(scene(), replace(PLAIN, blur_px=0.9), rng).astype(float)
    assert hazy.min() > clear.min()
    assert hazy.std() < clear.std()
    assert np.abs(np.diff(soft, axis=1)).max() < np.abs(np.diff(clear, axis=1)).max()


def test_days_and_flights_differ_but_stay_possible() -> None:
    rng = np.random.default_rng(9)
    for _ in range(50):
        sun, shot = camera.light(rng), camera.camera(rng)
        assert 0 < sun.elevation_deg < 90
        assert 0 < sun.sky <= 1
        assert 0 < shot.exposure < 4
        assert np.linalg.norm(sun.vector()[:3]) == pytest.approx(1)


def test_the_sun_stands_where_its_angles_say() -> None:
    east = Light(90.0, 30.0, 0.3).vector()
    np.testing.assert_allclose(east[:3], (np.cos(np.pi / 6), 0, 0.5), atol=1e-12)
