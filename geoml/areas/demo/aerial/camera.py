"""What a camera makes of a scene: light, lens, sensor, compression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import fft, ndimage

from geoml.types import Array, Bytes2D


@dataclass(frozen=True, slots=True)
class Light:
    """Sun and sky of one flight; angles in degrees, azimuth clockwise from north.

    ``sky`` is the share of light that comes from the whole sky: 1 under clouds.
    """

    azimuth_deg: float
    elevation_deg: float
    sky: float
    gloss: float = 1.0

    def vector(self) -> Array:
        """Unit vector to the sun (east, north, up), then ``sky`` and ``gloss``."""
        azimuth, up = np.deg2rad(self.azimuth_deg), np.deg2rad(self.elevation_deg)
        level = np.cos(up)
        return np.array(
            [level * np.sin(azimuth), level * np.cos(azimuth), np.sin(up), self.sky, self.gloss]
        )


@dataclass(frozen=True, slots=True)
class Camera:
    """How one flight was recorded and processed.

    ``blur_px`` is the lens in picture cells, ``exposure`` multiplies the light, ``white`` is the
    balance of red, green and blue, ``haze`` their airlight, ``gamma`` and ``contrast`` the curve,
    ``colour`` the saturation, ``noise`` its deviation in grey levels of 255, ``quality`` that of
    the JPEG (100 leaves it out), ``sharpen`` an unsharp mask.
    """

    blur_px: float
    exposure: float
    white: tuple[float, float, float]
    haze: tuple[float, float, float]
    gamma: float
    contrast: float
    colour: float
    noise: float
    quality: int
    sharpen: float


def light(rng: Generator) -> Light:
    """A day: mostly clear, sometimes hazy, now and then overcast."""
    clear = rng.random()
    sky = float(rng.uniform(0.75, 1.0)) if clear < 0.15 else float(rng.uniform(0.18, 0.55))
    elevation = float(rng.uniform(22, 78))
    return Light(float(rng.uniform(0, 360)), elevation, sky, float(rng.uniform(0, 1.2)))


def camera(rng: Generator) -> Camera:
    """A flight: from a sharp drone to a hazy satellite."""
    haze = float(rng.uniform(0, 0.07)) if rng.random() < 0.6 else 0.0
    cast = rng.normal(0, 0.06, 3)
    return Camera(
        blur_px=float(rng.choice([0.0, 0.35, 0.6, 0.9], p=[0.25, 0.35, 0.25, 0.15])),
        exposure=float(rng.lognormal(0.05, 0.23)),
        white=(1 + float(cast[0]), 1 + 0.4 * float(cast[1]), 1 + float(cast[2])),
        haze=(0.75 * haze, 0.9 * haze, 1.1 * haze),
        gamma=float(rng.uniform(1.8, 2.5)),
        contrast=float(rng.uniform(0.8, 1.2)),
        colour=float(rng.uniform(0.45, 1.05)),
        noise=float(rng.choice([0.8, 1.5, 3.0, 6.0], p=[0.35, 0.35, 0.2, 0.1])),
        quality=int(rng.choice([100, 92, 80, 60, 40], p=[0.2, 0.3, 0.25, 0.15, 0.1])),
        sharpen=float(rng.choice([0.0, 0.4, 1.0], p=[0.5, 0.3, 0.2])),
    )


def exposed(radiance: Array, shot: Camera, rng: Generator) -> Bytes2D:
    """The photograph of a scene, uint8 of the same shape (rows, cols, 3)."""
    white = np.array(shot.white, np.float32) * np.float32(shot.exposure)
    image = radiance * white + np.array(shot.haze, np.float32)
    if shot.blur_px > 0:
        image = ndimage.gaussian_filter(image, (shot.blur_px, shot.blur_px, 0), truncate=3)
    # A film-like shoulder, then the curve of a display.
    image = 1 - np.exp(-1.35 * np.maximum(image, 0))
    image = image ** np.float32(1 / shot.gamma) * np.float32(1.09)
    grey = image.mean(axis=2, keepdims=True)
    image = grey + (image - grey) * np.float32(shot.colour)
    image = (image - 0.45) * np.float32(shot.contrast) + 0.45
    if shot.sharpen > 0:
        image += np.float32(shot.sharpen) * (
            image - ndimage.gaussian_filter(image, (1, 1, 0), truncate=2.5)
        )
    levels = image * 255 + np.float32(shot.noise) * _grain(image.shape, rng)
    if shot.quality < 100:
        levels = compressed(levels, shot.quality)
    out: Bytes2D = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return out


def _grain(shape: tuple[int, ...], rng: Generator) -> Array:
    """Sensor noise: mostly common to the colours, once demosaiced a little smooth."""
    common = rng.standard_normal((*shape[:2], 1), np.float32)
    own = rng.standard_normal(shape, np.float32)
    return 0.8 * common + 0.6 * own


BLOCK = 8
"""Cells of a compressed block, as in JPEG."""


def compressed(levels: Array, quality: int) -> Array:
    """What JPEG leaves of a picture (levels 0..255, rows x cols x 3): blocks, halved colour.

    The luminance step grows with frequency as in Annex K of ITU-T T.81, in a plain formula.
    """
    rows, cols = levels.shape[:2]
    whole = np.pad(levels, ((0, -rows % 16), (0, -cols % 16), (0, 0)), mode="edge")
    luma = whole @ np.array([0.299, 0.587, 0.114], np.float32)
    scale = np.float32((200 - 2 * quality) / 100 if quality >= 50 else 50 / quality)
    out = np.empty_like(whole)
    bright = _coded(luma - 128, scale) + 128
    blue = _small_coded(whole[..., 2] - luma, scale)
    red = _small_coded(whole[..., 0] - luma, scale)
    out[..., 0], out[..., 2] = bright + red, bright + blue
    out[..., 1] = bright - (0.299 * red + 0.114 * blue) / 0.587
    return out[:rows, :cols]


def _small_coded(values: Array, scale: np.float32) -> Array:
    rows, cols = values.shape
    half = values.reshape(rows // 2, 2, cols // 2, 2).mean(axis=(1, 3))
    return np.repeat(np.repeat(_coded(half, scale * 1.8), 2, axis=0), 2, axis=1)


def _coded(values: Array, scale: np.float32) -> Array:
    """Quantised cosine coefficients of 8 x 8 blocks, turned back."""
    rows, cols = values.shape
    blocks = values.reshape(rows // BLOCK, BLOCK, cols // BLOCK, BLOCK)
    order = np.arange(BLOCK, dtype=np.float32)
    step = np.maximum((11 + 8.5 * (order[:, None] + order)) * scale, 1)[None, :, None, :]
    found = fft.dctn(blocks, axes=(1, 3), norm="ortho")
    back: Array = fft.idctn(np.rint(found / step) * step, axes=(1, 3), norm="ortho")
    return back.reshape(rows, cols)
