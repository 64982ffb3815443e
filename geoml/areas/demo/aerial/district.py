"""A district of a demo town in detail: the town's own houses, streets and trees as a sketch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage
from shapely import LineString, Polygon

from geoml.areas.demo import canvas
from geoml.areas.demo.aerial import materials, roofs, things
from geoml.areas.demo.aerial.materials import ROOFS
from geoml.areas.demo.aerial.paints import Paint, near
from geoml.areas.demo.aerial.rectangles import Part, rectangles
from geoml.areas.demo.aerial.roofs import Form, Roof
from geoml.areas.demo.aerial.sketch import ROOF, Frame, Sketch
from geoml.areas.demo.footprints import Building
from geoml.areas.demo.layout import Layout
from geoml.areas.demo.materials import MATERIALS
from geoml.areas.demo.noise import stream
from geoml.areas.demo.roads import LANE_M, MAIN_M, RING_M, STREET_M
from geoml.areas.demo.surface import Surface
from geoml.raster.grid import Grid
from geoml.types import Array

WORLD = Frame((0.0, 0.0), 0.0)
AROUND_M = 30.0
"""Scenery beyond the edge: the shadow of a house of 40 m at the towns' sun."""
GREENS = ("44602C", "506C34", "5C7A3C", "3C5428", "66803E")
COVERED = {"tile roof": "tile", "slate roof": "slate", "metal roof": "metal"}
"""What a roof of the town's own surface wears here; any other one is flat."""
TONES = {
    "tile": ("A8664C", "B4755A", "9A5C46", "BC8468", "8E5848", "AD7A60"),
    "slate": ("5C6068", "666A70", "54575E", "706E6C"),
    "metal": ("A8ACB0", "8C9296", "B8B4AA", "7C8A84"),
}
GROUND = {
    "lawn": ("708A4A", "8A9458", 0.16),
    "dry grass": ("9A935E", "7A8450", 0.16),
    "meadow": ("7C9050", "909A5C", 0.2),
    "pitch": ("6A9048", "769A50", 0.08),
    "shrub": ("54703A", "46602E", 0.3),
    "broadleaf": ("667E44", "55692F", 0.2),
    "asphalt": ("7E7C78", "8C8880", 0.06),
    "paving": ("B0A796", "9A9080", 0.1),
    "concrete": ("BDB8AC", "A8A296", 0.08),
    "gravel": ("B4A990", "A09478", 0.14),
    "soil": ("94795A", "7E6648", 0.15),
    "maize": ("5C7C38", "4E6C30", 0.25),
    "beet": ("688640", "587636", 0.22),
    "river": ("4C5C50", "566656", 0.03),
}
"""Ground of the town's surface: two tones and the grain; anything else looks like paving."""


@dataclass(frozen=True, slots=True)
class District:
    """A part of a town as a sketch in the coordinates of its CRS.

    ``grid`` is the ground of the photograph. ``floor`` numbers the piece of every cell of the
    town's surface within ``near``, its grid. ``base_m`` is, by piece, the elevation of the ground
    under the building that it belongs to, NaN for any other piece; ``standing`` are the numbers in
    the layout of the buildings that are drawn.
    """

    grid: Grid
    sketch: Sketch
    near: Grid
    floor: NDArray[np.int32]
    base_m: Array
    standing: tuple[int, ...]


def district(layout: Layout, surface: Surface, grid: Grid) -> District:
    """Draw everything that stands on ``grid`` or near enough to cast a shadow on it."""
    rng, sketch = stream(layout.plan.seed, "district"), Sketch()
    west, south, east, north = grid.bounds
    seen = shapely.box(west, south, east, north).buffer(AROUND_M, join_style="mitre")
    near_grid, floor = _floor(sketch, surface, seen, rng)
    _streets(sketch, layout, seen, rng)
    base: dict[int, float] = {}
    standing = []
    for number, building in enumerate(layout.buildings):
        if seen.intersects(building.shape):
            first = len(sketch.pieces)
            sketch.buildings = number
            _house(sketch, building, _covering(surface, building), rng)
            ground = _ground_m(layout, building)
            base.update(dict.fromkeys(range(first, len(sketch.pieces)), ground))
            standing.append(number)
    _trees(sketch, surface, near_grid, rng)
    base_m = np.full(len(sketch.pieces), np.nan)
    base_m[list(base)] = list(base.values())
    return District(grid, sketch, near_grid, floor, base_m, tuple(standing))


def _ground_m(layout: Layout, building: Building) -> float:
    """Elevation of the ground at the middle of a building."""
    middle = building.shape.centroid
    spot = np.array([middle.x]), np.array([middle.y])
    return float(canvas.sample(layout.elevation_m, layout.ground, *spot)[0])


def _floor(
    sketch: Sketch, surface: Surface, seen: Polygon, rng: Generator
) -> tuple[Grid, NDArray[np.int32]]:
    """A paint for each material, and which of them lies in each cell of the surface nearby."""
    pieces = np.zeros(len(MATERIALS), np.int32)
    for code, material in enumerate(MATERIALS):
        first, second, grain = GROUND.get(material.name, GROUND["paving"])
        tones = near(first, rng, 0.02), near(second, rng, 0.02)
        paint = Paint(*tones, blend=0.0, blend_m=7.0, edge=2.0, grain=grain, cloud=0.1)
        pieces[code] = len(sketch.pieces)
        # Without extent: never painted, only named by the floor.
        sketch.add(WORLD, ((0, 0), (0, 0), (0, 0)), sketch.paint(paint))
    grid, (rows, cols) = _near(surface.grid, seen)
    return grid, pieces[surface.material[rows, cols]]


def _near(grid: Grid, seen: Polygon) -> tuple[Grid, tuple[slice, slice]]:
    west, south, east, north = seen.bounds
    row, col = (
        int((grid.north - north) / grid.pixel_y) - 2,
        int((west - grid.west) / grid.pixel_x) - 2,
    )
    rows = int((north - south) / grid.pixel_y) + 5
    cols = int((east - west) / grid.pixel_x) + 5
    corner = grid.west + col * grid.pixel_x, grid.north - row * grid.pixel_y
    part = Grid(grid.crs, *corner, grid.pixel_x, grid.pixel_y, rows, cols)
    return part, (slice(row, row + rows), slice(col, col + cols))


def _streets(sketch: Sketch, layout: Layout, seen: Polygon, rng: Generator) -> None:
    """Pavements first, then carriageways over all of them, then lines and cars."""
    ways = [(line, STREET_M) for line in layout.streets]
    ways += [(line, LANE_M) for line in layout.roads.lanes]
    ways += [(line, MAIN_M) for line in layout.roads.main]
    ways += [(line, RING_M) for line in layout.roads.ring]
    parts = [(part, wide) for line, wide in ways for part in _lines(line, seen)]
    tar, walk = sketch.paint(_tar(rng)), sketch.paint(_flags(rng))
    for line, wide in parts:
        _strip(sketch, line, wide + (2.6 if wide != LANE_M else 0.0), walk, 0.0)
    for line, wide in parts:
        _strip(sketch, line, wide, tar, 0.01)
    paint = sketch.shade(("D8D8D0",), rng)
    for line, wide in parts:
        if wide >= MAIN_M:
            for frame in _along(line, 7.0):
                sketch.box(frame, (3.0, 0.15), paint, 0.02)
        for frame in _along(line, 6.2):
            if rng.random() < 0.28:
                side = float(rng.choice([-1, 1])) * (wide / 2 - 1.1)
                things.car(sketch, frame.inner(0, side, float(rng.normal(0, 0.03))), rng)


def _tar(rng: Generator) -> Paint:
    return Paint(near("85837F", rng, 0.02), near("757371", rng, 0.02), blend=0.0, edge=2.5)


def _flags(rng: Generator) -> Paint:
    return Paint(near("B4ACA0", rng, 0.03), near("8E8678", rng), blend=-1.2, edge=1.5, grain=0.07)


def _lines(line: LineString, seen: Polygon) -> Iterator[LineString]:
    for part in shapely.get_parts(shapely.intersection(line, seen)):
        if part.length > 4:
            yield part


def _strip(sketch: Sketch, line: LineString, wide: float, paint: int, z: float) -> None:
    for part in shapely.get_parts(line.buffer(wide / 2, cap_style="round", quad_segs=4)):
        for ring in shapely.get_rings(part)[:1]:
            sketch.add(WORLD, shapely.get_coordinates(ring)[:-1].tolist(), paint, z=z)


def _along(line: LineString, step: float) -> Iterator[Frame]:
    """A frame every few metres of a line, u along it."""
    for at in np.arange(step, line.length - step / 2, step).tolist():
        here, there = line.interpolate(at - 0.5), line.interpolate(at + 0.5)
        yield Frame((here.x, here.y), float(np.arctan2(there.y - here.y, there.x - here.x)))


def _covering(surface: Surface, building: Building) -> str:
    """What the town's surface says lies on a building: most of its cells."""
    spots = shapely.get_coordinates(
        [building.shape.representative_point(), building.shape.centroid]
    )
    grid = surface.grid
    rows = ((grid.north - spots[:, 1]) / grid.pixel_y).astype(int)
    cols = ((spots[:, 0] - grid.west) / grid.pixel_x).astype(int)
    return MATERIALS[int(surface.material[rows[0], cols[0]])].name


def _house(sketch: Sketch, building: Building, covering: str, rng: Generator) -> None:
    """The roof of one building over exactly its footprint, as high as the register says."""
    parts = rectangles(building.shape)
    name = COVERED.get(covering)
    paint = sketch.paint(_roofing(name, rng))
    wall = sketch.shade(("CFC4B2", "BFB29E", "DAD2C4", "B8A894"), rng)
    if name is None or not parts:
        _flat(sketch, building, parts, (paint, wall), rng)
        return
    form: Form = "hip" if len(parts) == 1 and rng.random() < 0.3 else "gable"
    slope = float(rng.uniform(0.12, 0.25) if name == "metal" else rng.uniform(0.55, 0.95))
    rise = min(slope * parts[0][1][1] / 2, building.height_m - 2.3)
    for frame, (long, wide) in parts:
        own = min(slope, 2 * rise / wide)
        roof = Roof(frame, (long, wide), form, building.height_m - rise, own, paint, wall)
        roofs.put(sketch, roof)
    frame, (long, wide) = parts[0]
    main = Roof(frame, (long, wide), form, building.height_m - rise, 2 * rise / wide, paint, wall)
    if form == "gable":
        roofs.ridge_things(sketch, main, rng)


def _roofing(name: str | None, rng: Generator) -> Paint:
    """A covering as this country has it: warm tiles, blue slates, pale sheets, any flat one."""
    if name is None:
        return materials.membrane(rng) if rng.random() < 0.5 else materials.concrete(rng)
    tone = TONES[name][int(rng.integers(len(TONES[name])))]
    worn = float(rng.uniform(-2.4, -1.0))
    return replace(ROOFS[name](rng), colour=near(tone, rng, 0.025), blend=worn, edge=1.4)


def _flat(
    sketch: Sketch, building: Building, parts: list[Part], paints: tuple[int, int], rng: Generator
) -> None:
    paint, wall = paints
    if not parts:
        corners = shapely.get_coordinates(building.shape.exterior)[:-1].tolist()
        sketch.add(WORLD, corners, paint, z=building.height_m, kind=ROOF, wall=wall)
        return
    for frame, size in parts:
        roof = Roof(frame, size, "flat", building.height_m, 0.0, paint, wall)
        roofs.put(sketch, roof)
    if len(parts) == 1 or building.use == "shed":
        frame, size = parts[0]
        roof = Roof(frame, size, "flat", building.height_m, 0.0, paint, wall)
        roofs.terrace(sketch, roof, rng, 0.15)


def _trees(sketch: Sketch, surface: Surface, grid: Grid, rng: Generator) -> None:
    """A crown for each tree of the surface, several for a grove, bushes where it has shrubs."""
    greens = [sketch.paint(_leaves(tone, rng)) for tone in GREENS]
    row = round((surface.grid.north - grid.north) / grid.pixel_y)
    col = round((grid.west - surface.grid.west) / grid.pixel_x)
    part = (slice(row, row + grid.rows), slice(col, col + grid.cols))
    wood = surface.made_of("broadleaf")[part]
    labels, count = ndimage.label(wood)
    cells = np.bincount(labels.ravel(), minlength=count + 1)
    keep = wood & (rng.random(wood.shape) < np.where(cells[labels] > 30, 0.14, 0.3))
    for at_row, at_col in np.argwhere(keep).tolist():
        radius = float(rng.uniform(1.6, 3.6))
        _crown(sketch, grid, (at_row, at_col), radius, 2.1 * radius + 1.5, greens, rng)
    shrubs = surface.made_of("shrub")[part] & (rng.random(wood.shape) < 0.45)
    for at_row, at_col in np.argwhere(shrubs).tolist():
        _crown(sketch, grid, (at_row, at_col), float(rng.uniform(0.7, 1.5)), 1.9, greens, rng)


def _crown(
    sketch: Sketch,
    grid: Grid,
    cell: tuple[int, int],
    radius: float,
    top: float,
    greens: list[int],
    rng: Generator,
) -> None:
    x = grid.west + (cell[1] + float(rng.random())) * grid.pixel_x
    y = grid.north - (cell[0] + float(rng.random())) * grid.pixel_y
    green = greens[int(rng.integers(len(greens)))]
    sketch.crown((x, y), radius, 0.3 * top, top * float(rng.uniform(0.85, 1.15)), green)


def _leaves(tone: str, rng: Generator) -> Paint:
    return Paint(
        near(tone, rng, 0.03), near("6E8440", rng, 0.03), blend=-0.6, blend_m=1.5, edge=1.2,
        grain=0.25, rough=1.0,
    )  # fmt: skip
