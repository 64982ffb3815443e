"""Fields, woods, hedges, river banks, dunes and marsh: all that lies outside the gardens."""

from __future__ import annotations

import numpy as np

from geoml.areas.demo import canvas
from geoml.areas.demo.fields import Parcels, parcels
from geoml.areas.demo.layout import GROUND_M, Layout
from geoml.areas.demo.noise import fractal, stream
from geoml.areas.demo.relief import steepness
from geoml.areas.demo.surface import Surface
from geoml.types import Array, Mask

CROPS = {
    "valley": (
        ("meadow", 0.25),
        ("maize", 0.22),
        ("sunflower", 0.18),
        ("beet", 0.09),
        ("ripe wheat", 0.12),
        ("stubble", 0.06),
        ("dry grass", 0.05),
        ("soil", 0.03),
    ),
    "coast": (
        ("meadow", 0.38),
        ("maize", 0.16),
        ("beet", 0.14),
        ("vineyard", 0.12),
        ("dry grass", 0.10),
        ("ripe wheat", 0.07),
        ("soil", 0.03),
    ),
}
"""Shares of the parcels by crop in mid-July; the woods take theirs first."""


def paint(surface: Surface, layout: Layout) -> None:
    """Lay crops, woods, hedges and banks on the whole surface."""
    fields = parcels(layout.plan, surface.grid)
    _crops(surface, layout, fields)
    wooded = _woods(layout, fields)
    surface.put(wooded, "broadleaf", height_m=14.0)
    _hedges(surface, layout, fields, wooded)
    if layout.plan.setting == "coast":
        _shore(surface, layout)
    else:
        _banks(surface, layout)
    _texture(surface, layout, fields)


def soft(layout: Layout, purpose: str, wavelength_m: float, octaves: int = 3) -> Array:
    """Smooth noise on 2.5 m cells, made on 10 m cells."""
    rng = stream(layout.plan.seed, purpose)
    return canvas.fine(fractal(layout.ground, rng, wavelength_m, octaves), 4)


def away(layout: Layout, where: Mask) -> Array:
    """Metres to a mask of the ground grid, on 2.5 m cells."""
    return canvas.fine(canvas.distance_m(layout.ground, where), round(GROUND_M / 2.5))


def _crops(surface: Surface, layout: Layout, fields: Parcels) -> None:
    draw, seen = fields.chance(7), 0.0
    wet = away(layout, canvas.mask(layout.ground, layout.water.main))
    grazed = (wet < 170) & (fields.chance(8) < 0.72)
    for name, share in CROPS[layout.plan.setting]:
        surface.put((draw >= seen) & (draw < seen + share), name)
        seen += share
    surface.put(grazed, "meadow")
    if layout.plan.setting == "valley":
        slope = canvas.fine(steepness(layout.elevation_m, layout.ground), 4)
        surface.put((slope > 0.065) & (fields.chance(9) < 0.35), "vineyard")


def _woods(layout: Layout, fields: Parcels) -> Mask:
    """Woods follow parcels in part, steep ground, and a noise of their own."""
    slope = canvas.fine(steepness(layout.elevation_m, layout.ground), 4)
    likely = soft(layout, "woods", 2100, 5) + 2.2 * (fields.chance(11) - 0.5)
    likely += 5.0 * np.clip(slope - 0.07, 0, 0.12)
    return np.asarray(likely > 1.28, bool)


def _hedges(surface: Surface, layout: Layout, fields: Parcels, wooded: Mask) -> None:
    edge = fields.edge.copy()
    edge[:-1] |= fields.edge[1:]
    edge[:, :-1] |= fields.edge[:, 1:]
    edge &= ~wooded
    bushy = soft(layout, "hedges", 1500, 2) > 0.35
    gaps = soft(layout, "hedge gaps", 110, 2) > -0.6
    surface.put(edge & ~bushy, "dry grass")
    surface.put(edge & bushy & gaps, "broadleaf", height_m=6.0)


def _banks(surface: Surface, layout: Layout) -> None:
    """Trees along the river and the brooks, reeds round the ponds."""
    ground, water = layout.ground, layout.water
    leafy = soft(layout, "banks", 160, 3)
    river = away(layout, canvas.mask(ground, water.main))
    surface.put((river > 0) & (river < 20 + 9 * leafy), "broadleaf", height_m=11.0)
    brook = canvas.mask(surface.grid, *(line.buffer(9) for line in water.brook_lines))
    surface.put(brook & (leafy > -0.7), "broadleaf", height_m=8.0)
    pond = away(layout, canvas.mask(ground, *water.ponds))
    surface.put(pond < 26 + 14 * leafy, "shrub", height_m=2.5)
    surface.put((pond < 30) & (leafy < -0.4), "sand")


def _shore(surface: Surface, layout: Layout) -> None:
    """Beach, grey dune, pine wood behind it, marsh round the lagoons."""
    ground, rough = layout.ground, soft(layout, "shore", 260, 3)
    sea = away(layout, canvas.mask(ground, layout.water.main))
    surface.put(sea < 420 + 130 * rough, "conifer", height_m=12.0)
    clearing = soft(layout, "clearings", 330, 3) > 0.75
    surface.put((sea < 420 + 130 * rough) & clearing, "dry grass", bare=0.25)
    surface.put(sea < 135 + 25 * rough, "dry grass", bare=0.3)
    surface.put((sea < 135) & (rough > 0.9), "shrub", height_m=1.5)
    surface.put(sea < 62 + 12 * rough, "sand")
    pond = away(layout, canvas.mask(ground, *layout.water.ponds))
    surface.put(pond < 190 + 110 * rough, "marsh")
    surface.put((pond < 240) & (rough > 1.1), "meadow")


def _texture(surface: Surface, layout: Layout, fields: Parcels) -> None:
    """Parcels differ in tone and in how well they grow; rows, tree crowns and soil show."""
    grid = surface.grid
    grain = fractal(grid, stream(layout.plan.seed, "grain"), 14, 2)
    wooded = surface.made_of("broadleaf", "conifer")
    farmed = surface.made_of(*dict(CROPS["valley"]), "vineyard") & ~fields.edge
    growth = 0.30 * fields.chance(21) ** 2 + 0.05 * soft(layout, "growth", 240, 3)
    surface.bare[farmed] = np.clip(growth, 0, 0.5)[farmed]
    rows = np.sin(fields.rows_m * np.float32(2 * np.pi / 16)) * np.float32(0.035)
    tone = 0.92 + 0.16 * fields.chance(22) + rows + 0.025 * grain
    surface.tone[farmed] = tone[farmed]
    crowns = np.clip(1 + 0.20 * grain, 0.5, 1.6) * (0.94 + 0.12 * fields.chance(23))
    surface.tone[wooded] = crowns[wooded]
    surface.height_m[wooded] *= np.clip(1 + 0.22 * grain, 0.4, 1.6)[wooded]
