"""The ground, painted: a material for every 2.5 m cell, from fields to roofs, in that order."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.random import Generator
from shapely import Polygon

from geoml.areas.demo import canvas, countryside, gardens
from geoml.areas.demo.layout import Layout
from geoml.areas.demo.materials import CODE, table
from geoml.areas.demo.noise import stream
from geoml.areas.demo.roads import LANE_M, MAIN_M, RAIL_M, RING_M, STREET_M
from geoml.areas.demo.shapes import common
from geoml.areas.demo.surface import Surface, empty
from geoml.types import Bytes2D

CELL_M = 2.5
ROOFS = {
    "row": (("tile roof", 0.72), ("slate roof", 0.22), ("dark flat roof", 0.06)),
    "house": (("tile roof", 0.66), ("slate roof", 0.30), ("metal roof", 0.04)),
    "flats": (("dark flat roof", 0.45), ("gravel", 0.35), ("tile roof", 0.20)),
    "shed": (("metal roof", 0.55), ("dark flat roof", 0.35), ("concrete", 0.10)),
    "barn": (("slate roof", 0.45), ("tile roof", 0.30), ("metal roof", 0.25)),
}
"""What the roofs of each use are made of, and how often."""


def paint(layout: Layout) -> Surface:
    """The surface of a town on 2.5 m cells; later coats cover earlier ones."""
    surface = empty(layout.plan.grid(CELL_M))
    countryside.paint(surface, layout)
    gardens.paint(surface, layout)
    _water(surface, layout)
    _ways(surface, layout)
    _roofs(surface, layout)
    gardens.trees(surface, layout)
    return surface


def _water(surface: Surface, layout: Layout) -> None:
    main = "sea" if layout.plan.setting == "coast" else "river"
    surface.coat([mole.buffer(105) for mole in layout.water.moles[:1]], "paving")  # the quays
    surface.coat(layout.water.polygons(), "river")
    surface.coat([layout.water.main], main)
    surface.coat(layout.water.moles, "concrete")


def _ways(surface: Surface, layout: Layout) -> None:
    """Verges, then streets, lanes, railway, through roads: bridges come by themselves."""
    roads = layout.roads
    verges = [line.buffer(MAIN_M / 2 + 3) for line in roads.main + roads.ring]
    surface.coat(verges, "dry grass", dry=True)
    surface.coat([line.buffer(LANE_M / 2) for line in roads.lanes], "asphalt")
    surface.coat([line.buffer(STREET_M / 2) for line in layout.streets], "asphalt")
    surface.coat([line.buffer(RAIL_M / 2) for line in roads.rail], "gravel")
    surface.coat([line.buffer(MAIN_M / 2) for line in roads.main], "asphalt")
    surface.coat([line.buffer(RING_M / 2) for line in roads.ring], "asphalt")


def _roofs(surface: Surface, layout: Layout) -> None:
    """One material and tone a roof; the half of a ridged roof that looks north is darker."""
    rng = stream(layout.plan.seed, "roofs")
    number = np.zeros(surface.grid.shape, np.int32)
    shaded = np.zeros(surface.grid.shape, bool)
    codes, tones, heights = [0], [1.0], [0.0]
    for building in layout.buildings:
        canvas.fill(number, surface.grid, building.shape, len(codes))
        if building.use in ("row", "house", "barn"):
            half = common(building.shape, _northern_half(building.shape))
            canvas.fill(shaded, surface.grid, half, True)
        name, tone = _roof(building.use, rng)
        codes.append(CODE[name])
        tones.append(tone)
        heights.append(building.height_m)
    cells = np.flatnonzero(number)
    roof = number.reshape(-1)[cells]
    light = np.where(shaded.reshape(-1)[cells], 0.80, 1.0)
    surface.material.reshape(-1)[cells] = np.array(codes, np.uint8)[roof]
    surface.tone.reshape(-1)[cells] = np.array(tones)[roof] * light
    surface.height_m.reshape(-1)[cells] = np.array(heights)[roof]
    surface.bare.reshape(-1)[cells] = 0.0


def _roof(use: str, rng: Generator) -> tuple[str, float]:
    names = [name for name, _ in ROOFS[use]]
    name = str(rng.choice(names, p=[share for _, share in ROOFS[use]]))
    tone = float(np.clip(rng.normal(1, 0.13), 0.65, 1.4))
    if name == "metal roof":
        tone *= float(rng.choice([1.0, 0.72, 1.45], p=[0.6, 0.25, 0.15]))
    return name, tone


def _northern_half(shape: Polygon) -> Polygon:
    """The half of a ridged roof that looks away from the midday sun."""
    ring = shapely.get_coordinates(shapely.oriented_envelope(shape))[:4]
    sides = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    if sides[0] < sides[1]:
        ring = np.roll(ring, -1, axis=0)
    west, east = (ring[0] + ring[3]) / 2, (ring[1] + ring[2]) / 2
    first = Polygon([ring[0], ring[1], east, west])
    second = Polygon([west, east, ring[2], ring[3]])
    return first if first.centroid.y > second.centroid.y else second


def classes(material: Bytes2D, factor: int) -> Bytes2D:
    """ESA WorldCover class of the most frequent material of each block, uint8."""
    cover = table("cover").astype(np.uint8)
    codes = np.unique(cover)
    shares = [canvas.coarse(cover[material] == code, factor) for code in codes]
    out: Bytes2D = codes[np.argmax(shares, axis=0)]
    return out
