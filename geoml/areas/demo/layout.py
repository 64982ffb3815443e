"""The town as lines and outlines, before anything is painted: one call, one value."""

from __future__ import annotations

from dataclasses import dataclass

from shapely import LineString

from geoml.areas.demo.buildings import buildings
from geoml.areas.demo.footprints import Building
from geoml.areas.demo.plan import Plan
from geoml.areas.demo.quarters import Quarters, quarters
from geoml.areas.demo.relief import elevation
from geoml.areas.demo.roads import Roads, roads
from geoml.areas.demo.streets import lived_in, streets
from geoml.areas.demo.water import Water, water
from geoml.raster.grid import Grid
from geoml.types import Array

GROUND_M = 10.0
"""Cell size of the relief and of everything planned on it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything in a town lies; ``elevation_m`` is on ``ground``."""

    plan: Plan
    ground: Grid
    elevation_m: Array
    water: Water
    roads: Roads
    quarters: Quarters
    streets: tuple[LineString, ...]
    buildings: tuple[Building, ...]

    def used(self, *uses: str) -> list[Building]:
        """The buildings of some uses."""
        return [building for building in self.buildings if building.use in uses]


def lay_out(plan: Plan) -> Layout:
    """Water, relief, roads, quarters, streets and buildings, in the order in which towns grow."""
    ground = plan.grid(GROUND_M)
    wet = water(plan)
    height = elevation(plan, ground, wet)
    through = roads(plan, wet, height, ground)
    parts = quarters(plan, ground, wet, height, through)
    lines = streets(plan, ground, wet, through, parts)
    houses = tuple(buildings(plan, wet, through, lines, parts))
    used = lived_in(lines, [building.shape for building in houses])
    return Layout(plan, ground, height, wet, through, parts, used, houses)
