"""Which cells of a scene lie in the shadow of its clouds.

A cloud is moved away from the sun, for every height that its temperature allows, until the cells
that it falls on are darkest (Zhu & Woodcock 2012, doi:10.1016/j.rse.2011.10.028, section 3.2.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoml.areas.ingest.clouds import Judged
from geoml.areas.ingest.sun import Sun
from geoml.types import Array, Features, Mask

LOWEST_M, HIGHEST_M = 200.0, 12_000.0
_DRY_LAPSE_K_PER_KM = 9.8
_LEAST_LAPSE_K_PER_KM = 3.0
_SIMILAR = 0.3  # least share of a moved cloud that must fall on dark cells
_SIMILAR_ALONE = 0.7  # the same for a small cloud that no large one vouches for
_DARK, _DIM = 0.6, 0.75  # of the scene's median
_HEIGHTS = 240
_SLACK = 4  # cells between a moved cloud and its shadow
_SMALL = 40  # cells
_ENOUGH = 20_000  # cells of a cloud that are looked at to find its height


@dataclass(frozen=True, slots=True)
class Step:
    """Cells (down, right) that a shadow moves for a metre of cloud height."""

    rows: float
    cols: float


def step_of(sun: Sun, pixel_x: float, pixel_y: float) -> Step:
    """Shadows fall away from the sun, cot(elevation) metres for a metre of height."""
    length = 1.0 / math.tan(math.radians(sun.elevation))
    azimuth = math.radians(sun.azimuth)
    return Step(length * math.cos(azimuth) / pixel_y, -length * math.sin(azimuth) / pixel_x)


def shadows(bands: Features, scene: Judged, step: Step) -> Mask:
    """Cells in cloud shadow: dark in near and short-wave infrared, where a cloud's shadow falls.

    Near the edge of the data on the sun's side the cloud may be out of sight: there dark land
    alone is enough, as far in as the shadows of this scene reach.
    """
    from scipy import ndimage

    dark, dim = darker(bands, scene, _DARK), darker(bands, scene, _DIM)
    found = np.zeros(scene.cloud.shape, bool)
    heights: list[float] = []
    for cells in clouds_by_size(scene.cloud):
        between, least = _between(cells, bands["thermal"], scene), _SIMILAR
        small = len(cells) < _SMALL
        if small and heights:
            # A small cloud falls on something dark at many heights; its neighbours know better.
            usual = float(np.median(heights))
            between = 0.6 * usual, 1.5 * usual
        elif small:
            least = _SIMILAR_ALONE
        height = _height(cells, between, least, dark, scene, step)
        if height is not None:
            heights += [] if small else [height]
            _mark(found, _moved(cells, height, step))
    reached: Mask = ndimage.binary_dilation(found, iterations=_SLACK) & dim
    # A cloud that the edge of the data cuts casts a longer shadow than its part in sight.
    reached |= ndimage.binary_dilation(reached & dark, iterations=4 * _SLACK, mask=dark)
    if heights:
        reach = 1.25 * float(np.percentile(heights, 90))
        reached |= _from_beyond(bands, scene, dark, reach, step)
    return reached & scene.known & ~scene.cloud


def clouds_by_size(cloud: Mask) -> list[NDArray[np.intp]]:
    """(row, col) of the cells of every connected cloud, the largest cloud first."""
    from scipy import ndimage

    labels, _ = ndimage.label(cloud, structure=np.ones((3, 3), bool))
    clouds: list[NDArray[np.intp]] = []
    for number, (rows, cols) in enumerate(ndimage.find_objects(labels), 1):
        corner = np.array([rows.start, cols.start])
        clouds.append(np.argwhere(labels[rows, cols] == number) + corner)
    return sorted(clouds, key=len, reverse=True)


def darker(bands: Features, scene: Judged, share: float) -> Mask:
    """Cells whose near and short-wave infrared are below ``share`` of the clear scene's median."""
    clear = scene.known & ~scene.cloud
    dark = clear.copy()
    for name in ("nir", "swir1"):
        if clear.any():
            dark &= bands[name] < share * float(np.nanmedian(bands[name][clear]))
    return dark


def _height(
    cells: NDArray[np.intp],
    between: tuple[float, float],
    least: float,
    dark: Mask,
    scene: Judged,
    step: Step,
) -> float | None:
    """The height at which most of a moved cloud falls on dark cells; None where none does.

    What falls on cloud or out of the data cannot be judged and counts for neither side.
    """
    low, high = between
    cells = cells[:: len(cells) // _ENOUGH + 1]
    best, height = least, None
    for metres in np.linspace(low, high, _steps(low, high, step)):
        rows, cols, inside = _landing(_moved(cells, metres, step), dark.shape)
        seen = scene.known[rows, cols] & ~scene.cloud[rows, cols]
        if np.count_nonzero(seen) < max(1.0, 0.1 * len(inside)):
            continue
        share = np.count_nonzero(dark[rows, cols]) / np.count_nonzero(seen)
        if share > best + 0.02:  # of equals the lowest: higher ones meet other clouds' shadows
            best, height = share, float(metres)
    return height


def _between(cells: NDArray[np.intp], thermal: Array, scene: Judged) -> tuple[float, float]:
    """Least and greatest height in metres of a cloud as cold as this one."""
    if not math.isfinite(scene.low_k):
        return LOWEST_M, HIGHEST_M
    top = float(np.percentile(thermal[cells[:, 0], cells[:, 1]], 10))
    low = (scene.low_k - 4.0 - top) / _DRY_LAPSE_K_PER_KM * 1_000.0
    high = (scene.high_k + 4.0 - top) / _LEAST_LAPSE_K_PER_KM * 1_000.0
    low = min(max(LOWEST_M, low), HIGHEST_M)
    return low, min(max(high, low + 1_000.0), HIGHEST_M)


def _steps(low: float, high: float, step: Step) -> int:
    cells = (high - low) * math.hypot(step.rows, step.cols)
    return int(min(max(2.0, math.ceil(cells)), _HEIGHTS))


def _moved(cells: NDArray[np.intp], metres: float, step: Step) -> NDArray[np.intp]:
    shift = [round(metres * step.rows), round(metres * step.cols)]
    moved: NDArray[np.intp] = cells + np.array(shift)
    return moved


def _landing(
    cells: NDArray[np.intp], shape: tuple[int, ...]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Mask]:
    rows, cols = cells[:, 0], cells[:, 1]
    inside: Mask = (rows >= 0) & (rows < shape[0]) & (cols >= 0) & (cols < shape[1])
    return rows[inside], cols[inside], inside


def _mark(found: Mask, cells: NDArray[np.intp]) -> None:
    rows, cols, _ = _landing(cells, found.shape)
    found[rows, cols] = True


def _from_beyond(bands: Features, scene: Judged, dark: Mask, reach_m: float, step: Step) -> Mask:
    """Dark land so near the edge that the cloud above it may lie outside the data.

    Two cells and less are no cloud's shadow; water has less near infrared than red.
    """
    from scipy import ndimage

    shape = dark.shape
    rows, cols = np.indices(shape)
    toward = np.stack([rows.ravel(), cols.ravel()], axis=1)
    toward = _moved(toward, -reach_m, step)
    near, across, inside = _landing(toward, shape)
    unseen = np.ones(rows.size, bool)
    unseen[inside] = ~scene.known[near, across]
    land = bands["nir"] > bands["red"]
    candidate = dark & land & unseen.reshape(shape)
    labels, count = ndimage.label(candidate)
    sizes = ndimage.sum_labels(candidate, labels, np.arange(count + 1))
    large: Mask = (sizes > 2)[labels] & candidate
    return large
