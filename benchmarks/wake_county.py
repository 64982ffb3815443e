"""Drainage derived from a terrain model beside the streams that surveyors mapped.

South-west Wake County, North Carolina: a terrain model of 30 m cells, and 8,288 mapped streams,
headwaters that run part of the year included. Nothing of the map goes into the routing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray

from geoml.features.hydrology.accumulation import upstream_area
from geoml.features.hydrology.drainage import CHANNEL_KM2, drainage, nearest_drain
from geoml.features.hydrology.hand import hand
from geoml.features.hydrology.routing import Depressions, Flow, route
from geoml.types import Array, Mask

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "flood" / "wake-county"
TOLERANCE_CELLS = 2
SPACING_M = 10.0
CANDIDATES_KM2 = (0.01, 0.0125, 0.016, 0.02, 0.025, 0.032, 0.04, 0.05, 0.063, 0.08, 0.1)
"""Ten a decade (ISO 3): between two of them the agreement hardly changes."""
SHIFTS = tuple((k * 1_700.0, k * 2_300.0) for k in range(1, 6))
"""Where the derived drainage is moved to, in metres, for the level that chance reaches."""
LEAST_FOUND, LEAST_RIGHT, MOST_LENGTH = 0.85, 0.70, 1.5

Points = NDArray[np.float64]
Where = Callable[[Points], NDArray[np.bool_]]


@dataclass(frozen=True)
class County:
    """The terrain model, and the mapped streams as points: x, y (m), length that each stands for.

    ``west``, ``north`` is the outer corner of the raster; ``side`` the cell size in metres.
    """

    elevation: Array
    west: float
    north: float
    side: float
    crs: Any
    streams: Points

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height in metres."""
        rows, cols = self.elevation.shape
        return cols * self.side, rows * self.side

    def half(self, points: Points) -> NDArray[np.bool_]:
        """True in the west half of the county."""
        west: NDArray[np.bool_] = points[:, 0] < self.west + self.extent[0] / 2
        return west


@dataclass(frozen=True)
class Agreement:
    """Shares of length: mapped that is near derived, derived that is near mapped, and the ratio."""

    found: float
    right: float
    length: float

    @property
    def f1(self) -> float:
        """Harmonic mean of the two shares."""
        return 2 * self.found * self.right / (self.found + self.right)

    @property
    def margin(self) -> float:
        """By how much the tightest of the three conditions holds; less than 0: it does not."""
        shares = self.found - LEAST_FOUND, self.right - LEAST_RIGHT
        return min(*shares, MOST_LENGTH - self.length)

    @property
    def enough(self) -> bool:
        """Whether all three of the conditions hold that were set before the study."""
        return self.margin >= 0


@dataclass(frozen=True)
class Heights:
    """Quantiles, by length, of the height above drainage along mapped streams (m)."""

    median_m: float
    p90_m: float
    known: float


@dataclass(frozen=True)
class Row:
    """One threshold in one half: the agreement, what chance reaches, and the heights."""

    channel_km2: float
    agreement: Agreement
    chance: Agreement
    heights: Heights


@dataclass(frozen=True)
class Study:
    """Rows by what they say, and the candidates (km2) that hold all conditions in both halves."""

    rows: Mapping[str, Row]
    in_both_km2: tuple[float, ...]


def county(folder: Path = FOLDER) -> County:
    """Read the terrain model and the streams, in the CRS of the terrain model."""
    with rasterio.open(folder / "elev_ned_30m.tif") as dataset:
        elevation = dataset.read(1).astype(np.float32)
        transform, crs = dataset.transform, dataset.crs
    lines = geopandas.read_file(folder / "streams.shp").to_crs(crs).geometry.dropna()
    points = along(shapely.get_parts(lines.to_numpy()))
    made = County(elevation, transform.c, transform.f, transform.a, crs, points)
    width, height = made.extent
    x, y = points[:, 0] - made.west, made.north - points[:, 1]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return County(elevation, transform.c, transform.f, transform.a, crs, points[inside])


def along(lines: NDArray[Any]) -> Points:
    """Points every ``SPACING_M`` along lines, with the length that each of them stands for."""
    length = shapely.length(lines)
    count = np.maximum(1, np.rint(length / SPACING_M)).astype(int)
    owner = np.repeat(np.arange(lines.size), count)
    number = np.arange(owner.size) - np.repeat(np.cumsum(count) - count, count)
    place = (number + 0.5) / count[owner] * length[owner]
    points = shapely.line_interpolate_point(lines[owner], place)
    return np.column_stack([shapely.get_coordinates(points), (length / count)[owner]])


def derived(county: County, flow: Flow, channels: Mask) -> Points:
    """The drainage as points: lines from each of its cells to the next one downstream."""
    start = np.flatnonzero(channels.ravel())
    end = flow.downstream[start]
    moving = end != start
    corners = np.stack([_centres(county, start[moving]), _centres(county, end[moving])], axis=1)
    return along(shapely.linestrings(corners))


def _centres(county: County, cells: NDArray[Any]) -> Points:
    row, col = np.divmod(cells, county.elevation.shape[1])
    x = county.west + (col + 0.5) * county.side
    return np.column_stack([x, county.north - (row + 0.5) * county.side])


def agreement(county: County, drawn: Points, where: Where) -> Agreement:
    """How well derived drainage and mapped streams agree in the part that ``where`` is True in."""
    mapped, made = county.streams[where(county.streams)], drawn[where(drawn)]
    found = mapped[_near(mapped, drawn, county.side), 2].sum()
    right = made[_near(made, county.streams, county.side), 2].sum()
    length = mapped[:, 2].sum(), made[:, 2].sum()
    return Agreement(found / length[0], right / length[1], length[1] / length[0])


def _near(points: Points, others: Points, side: float) -> NDArray[np.bool_]:
    from scipy.spatial import cKDTree

    reach = TOLERANCE_CELLS * side
    gap, _ = cKDTree(others[:, :2]).query(points[:, :2], distance_upper_bound=reach * 1.001)
    return np.asarray(gap <= reach)


def moved(county: County, points: Points, dx: float, dy: float) -> Points:
    """The points elsewhere in the county: what leaves it on one side comes in on the other."""
    width, height = county.extent
    x = county.west + (points[:, 0] - county.west + dx) % width
    y = county.north - (county.north - points[:, 1] + dy) % height
    return np.column_stack([x, y, points[:, 2]])


def chance(county: County, drawn: Points, where: Where) -> Agreement:
    """The same where the same drainage lies in the wrong place, mean of ``SHIFTS``."""
    tries = [agreement(county, moved(county, drawn, *shift), where) for shift in SHIFTS]
    means = np.mean([(one.found, one.right, one.length) for one in tries], axis=0)
    return Agreement(*(float(mean) for mean in means))


def heights(county: County, flow: Flow, channels: Mask, where: Where) -> Heights:
    """How high the mapped streams of one half lie above the derived drainage."""
    above = hand(county.elevation, nearest_drain(flow, channels))
    points = county.streams[where(county.streams)]
    row = ((county.north - points[:, 1]) / county.side).astype(int)
    col = ((points[:, 0] - county.west) / county.side).astype(int)
    values = above[row, col]
    known = np.isfinite(values)
    length = points[known, 2]
    order = np.argsort(values[known])
    share = np.cumsum(length[order]) / length.sum()
    median, p90 = values[known][order][np.searchsorted(share, [0.5, 0.9])]
    return Heights(float(median), float(p90), float(length.sum() / points[:, 2].sum()))


def study(county: County, depressions: Depressions = "carve") -> Study:
    """Each half's threshold on the other half, then the library's default on both."""
    flow = route(county.elevation, county.side, county.side, depressions=depressions)
    area = upstream_area(flow)
    masks = {km2: drainage(flow, area, channel_km2=km2) for km2 in (*CANDIDATES_KM2, CHANNEL_KM2)}
    drawn = {km2: derived(county, flow, mask) for km2, mask in masks.items()}
    halves: dict[str, Where] = {"west": county.half, "east": lambda points: ~county.half(points)}
    scores = {
        name: {km2: agreement(county, drawn[km2], where) for km2 in CANDIDATES_KM2}
        for name, where in halves.items()
    }
    asked = {}
    for name, other in (("west", "east"), ("east", "west")):
        best = max(CANDIDATES_KM2, key=lambda km2: scores[name][km2].f1)
        asked[f"chosen in the {name}, reported in the {other}"] = best, halves[other]
        asked[f"the library's default, in the {other}"] = CHANNEL_KM2, halves[other]
    rows = {
        told: _row(county, flow, km2, masks[km2], drawn[km2], where)
        for told, (km2, where) in asked.items()
    }
    in_both = [km2 for km2 in CANDIDATES_KM2 if all(s[km2].enough for s in scores.values())]
    return Study(rows, tuple(in_both))


def _row(
    county: County, flow: Flow, km2: float, channels: Mask, drawn: Points, where: Where
) -> Row:
    return Row(
        km2,
        agreement(county, drawn, where),
        chance(county, drawn, where),
        heights(county, flow, channels, where),
    )
