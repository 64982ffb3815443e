"""The ground between the houses: gardens, courts, squares, yards, parks, and single trees."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from geoml.areas.demo import canvas
from geoml.areas.demo.countryside import soft
from geoml.areas.demo.fields import hashed
from geoml.areas.demo.layout import Layout
from geoml.areas.demo.noise import fractal, stream
from geoml.areas.demo.plan import Site
from geoml.areas.demo.roads import MAIN_M, STREET_M
from geoml.areas.demo.surface import Surface
from geoml.types import Array, Mask

Index: TypeAlias = NDArray[np.integer[Any]]


def paint(surface: Surface, layout: Layout) -> None:
    """Lay gardens round the houses, paving in the core, yards, parks and grounds."""
    fine = fractal(surface.grid, stream(layout.plan.seed, "gardens"), 34, 3)
    _gardens(surface, layout, fine)
    _core(surface, layout, fine)
    for site, shape in layout.quarters.sites:
        inside = canvas.mask(surface.grid, shape)
        if site.kind in ("industry", "shops"):
            _yard(surface, layout, inside, fine)
        elif site.kind == "park":
            _park(surface, layout, inside, fine)
        elif site.kind == "sports":
            _sports(surface, site, layout)
        elif site.kind == "cemetery":
            _cemetery(surface, site, layout, inside)
        else:
            _allotments(surface, site, layout, inside)


def _gardens(surface: Surface, layout: Layout, fine: Array) -> None:
    """Within 32 m of a house: lawn, dry lawn, beds, shrubs; paving at the door."""
    near = _around(layout, 32.0, "house")
    dry = soft(layout, "dry lawns", 260, 4) + 0.6 * fine > 0.35
    surface.put(near, "lawn", bare=0.05)
    surface.put(near & dry, "dry grass", bare=0.12)
    surface.put(near & (fine > 0.85), "shrub", height_m=2.2)
    surface.put(near & (fine < -1.25), "soil")
    surface.put(near & (fine < -0.75) & (fine >= -0.95), "paving")
    blocks = _around(layout, 26.0, "flats")
    surface.put(blocks, "lawn", bare=0.1)
    surface.put(blocks & (fine < -0.15), "asphalt")
    farmyard = _around(layout, 13.0, "barn")
    surface.put(farmyard, "gravel")
    doors = canvas.mask(surface.grid, *(b.shape.buffer(3.2) for b in layout.used("house")))
    surface.put(doors & (fine < 0.5), "paving")


def _core(surface: Surface, layout: Layout, fine: Array) -> None:
    """The core is paved; the larger courts behind the rows are green."""
    rows = _around(layout, 17.0, "row")
    surface.put(rows, "paving")
    surface.put(rows & (fine < -0.5), "asphalt")
    surface.put(rows & (fine > 0.95), "lawn", bare=0.1)
    square = canvas.mask(surface.grid, shapely.Point(layout.plan.at(0, 28)).buffer(58))
    surface.put(square, "paving")


def _around(layout: Layout, reach_m: float, use: str) -> Mask:
    """Within a distance of the buildings of one use, corners rounded, on 2.5 m cells."""
    shapes = [building.shape.buffer(reach_m, quad_segs=3) for building in layout.used(use)]
    return canvas.mask(layout.plan.grid(2.5), *shapes)


def _yard(surface: Surface, layout: Layout, inside: Mask, fine: Array) -> None:
    """Asphalt round the sheds, loading aprons at their walls, gravel and weeds between."""
    surface.put(inside, "dry grass", bare=0.3)
    surface.put(inside & (fine > 0.2), "gravel")
    surface.put(inside & _around(layout, 24.0, "shed"), "asphalt")
    surface.put(inside & _around(layout, 8.0, "shed") & (fine > 0.1), "concrete")


def _park(surface: Surface, layout: Layout, inside: Mask, fine: Array) -> None:
    """Lawn, groves, and two paths that cross."""
    surface.put(inside, "lawn")
    grove = soft(layout, "groves", 120, 2) + 0.35 * fine > 0.25
    surface.put(inside & grove, "broadleaf", height_m=13.0)
    for shape in layout.quarters.of("park"):
        ring = shape.buffer(-22).exterior
        across = [shapely.LineString([ring.coords[k], ring.coords[k + 24]]) for k in (0, 10)]
        paths = [line.buffer(1.6) for line in (ring, *across)]
        surface.coat(paths, "gravel")


def _local(surface: Surface, site: Site, layout: Layout) -> tuple[Array, Array]:
    """Metres along and across a site from its middle, on 2.5 m cells."""
    x, y = canvas.axes(surface.grid)
    east, north = layout.plan.at(site.east, site.north)
    turn = np.float32(np.deg2rad(site.angle_deg))
    x, y = (x - east).astype(np.float32), (y - north).astype(np.float32)
    along = x * np.cos(turn) + y * np.sin(turn)
    across = y * np.cos(turn) - x * np.sin(turn)
    return along, across


def _sports(surface: Surface, site: Site, layout: Layout) -> None:
    """Two mown pitches, one with a running track."""
    along, across = _local(surface, site, layout)
    half = site.length / 2, site.width / 2
    surface.put((np.abs(along) < half[0]) & (np.abs(across) < half[1]), "lawn", bare=0.08)
    left, up = along + half[0] - 70, np.abs(across)
    track = np.hypot(left, np.maximum(up - 42, 0))
    surface.put(track < 46, "tile roof")
    surface.put(track < 36, "pitch")
    pitch = (np.abs(along - half[0] + 62) < 34) & (up < 52)
    surface.put(pitch, "pitch")
    mown = np.asarray(np.sin(across * (2 * np.pi / 11)) > 0, bool)
    stripes = surface.made_of("pitch")
    surface.tone[stripes] = np.where(mown, 1.06, 0.94)[stripes]


def _cemetery(surface: Surface, site: Site, layout: Layout, inside: Mask) -> None:
    along, across = _local(surface, site, layout)
    surface.put(inside, "gravel")
    surface.put(inside & (np.mod(across, 10) < 4), "concrete")
    surface.put(inside & (np.mod(along, 37) < 5), "lawn")


def _allotments(surface: Surface, site: Site, layout: Layout, inside: Mask) -> None:
    """Strips of 9 m x 24 m, each with something else on it."""
    along, across = _local(surface, site, layout)
    draw = hashed(np.floor(along / 9), np.floor(across / 24))
    for limit, name in ((1.0, "maize"), (0.7, "soil"), (0.5, "lawn"), (0.25, "beet")):
        surface.put(inside & (draw < limit), name, bare=0.15)
    surface.put(inside & (np.mod(across, 24) < 2.6), "gravel")


def trees(surface: Surface, layout: Layout) -> None:
    """Single trees: in gardens and parks, along avenues, on the square; never on roof or road."""
    rng = stream(layout.plan.seed, "trees")
    green = surface.made_of("lawn", "dry grass", "shrub", "paving", "meadow")
    urban = canvas.repeat(layout.quarters.urban > 0.25, 4)
    house = _around(layout, 34.0, "house") | _around(layout, 30.0, "flats")
    chance = np.where(house, 0.013, np.where(urban, 0.004, 0.0004))
    rows, cols = np.nonzero(green & (rng.random(surface.grid.shape, np.float32) < chance))
    avenue_rows, avenue_cols = _avenues(surface, layout)
    rows, cols = np.append(rows, avenue_rows), np.append(cols, avenue_cols)
    size = rng.choice([1.0, 1.5, 2.3], rows.size, p=[0.4, 0.4, 0.2])
    _crowns(surface, rows, cols, size, rng.normal(1, 0.12, rows.size))


def _avenues(surface: Surface, layout: Layout) -> tuple[Index, Index]:
    """Places for trees every 14 m on both sides of the roads inside the town."""
    points = []
    for line, half_m in [(line, MAIN_M / 2 + 3) for line in layout.roads.main] + [
        (line, STREET_M / 2 + 2) for line in layout.streets[::4]
    ]:
        for away in (half_m, -half_m):
            side = line.offset_curve(away)
            steps = np.arange(5, side.length, 14.0)
            points.append(shapely.get_coordinates(side.interpolate(steps)))
    x, y = np.concatenate(points).T
    urban = layout.quarters.urban_at(x, y) > 0.3
    grid = surface.grid
    row = ((grid.north - y) / grid.pixel_y).astype(int)
    col = ((x - grid.west) / grid.pixel_x).astype(int)
    inside = urban & (row >= 0) & (row < grid.rows) & (col >= 0) & (col < grid.cols)
    return row[inside], col[inside]


def _crowns(surface: Surface, rows: Index, cols: Index, size: Array, tone: Array) -> None:
    """Stamp round crowns of ``size`` cells radius, one offset at a time."""
    open_ground = surface.made_of(
        "lawn", "dry grass", "shrub", "paving", "meadow", "gravel", "soil", "broadleaf"
    )
    span = range(-2, 3)
    for d_row in span:
        for d_col in span:
            hit = np.hypot(d_row, d_col) <= size
            row = (rows[hit] + d_row).clip(0, surface.grid.rows - 1)
            col = (cols[hit] + d_col).clip(0, surface.grid.cols - 1)
            free = open_ground[row, col]
            row, col = row[free], col[free]
            where = np.zeros(surface.grid.shape, bool)
            where[row, col] = True
            surface.put(where, "broadleaf", height_m=8.0)
            surface.tone[row, col] = tone[hit][free]
