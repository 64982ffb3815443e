"""What is decided by hand about each town: where, how big, which quarters; the rest is grown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from geoml.errors import InvalidArgument
from geoml.raster.grid import Grid

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Site:
    """A place set aside: an ellipse or rectangle, in metres east and north of the centre."""

    kind: Literal["industry", "shops", "park", "sports", "allotments", "cemetery"]
    east: float
    north: float
    length: float
    width: float
    angle_deg: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """One town on paper. Points are metres east and north of the centre (the market square).

    ``detail`` is the part that is drawn finely: east and north of its south-west corner, its width
    and its height, in metres; None for a town without one.
    """

    id: str
    name: str
    seed: int
    date: str
    setting: Literal["valley", "coast"]
    south_west: Point
    centre_at: Point
    sites: tuple[Site, ...]
    exits: tuple[Point, ...]
    hamlets: tuple[Point, ...]
    railway: tuple[Point, ...]
    ponds: tuple[tuple[float, float, float], ...]
    districts: tuple[tuple[str, float, float], ...]
    core_m: float
    reach_m: float
    ring_m: float
    spacing_m: tuple[float, float]
    grid_angle_deg: float | None
    most_buildings: int
    top_storeys: int
    air_k: float
    breeze_m: float
    plant: Point
    width_m: float = 7500.0
    height_m: float = 6000.0
    margin_m: float = 1200.0
    crs: str = "EPSG:2154"
    detail: tuple[float, float, float, float] | None = None

    @property
    def centre(self) -> Point:
        """The market square in the town's CRS."""
        return self.south_west[0] + self.centre_at[0], self.south_west[1] + self.centre_at[1]

    def at(self, east: float, north: float) -> Point:
        """A point given relative to the centre, in the town's CRS."""
        return self.centre[0] + east, self.centre[1] + north

    def grid(self, cell_m: float) -> Grid:
        """The whole extent in square cells."""
        rows, cols = round(self.height_m / cell_m), round(self.width_m / cell_m)
        north = self.south_west[1] + self.height_m
        return Grid(self.crs, self.south_west[0], north, cell_m, cell_m, rows, cols)

    def part(self, cell_m: float) -> Grid | None:
        """The ground of ``detail`` in square cells of the whole extent; None without one."""
        if self.detail is None:
            return None
        east, north, width, height = self.detail
        west, top = self.at(east, north + height)
        rows, cols = round(height / cell_m), round(width / cell_m)
        return Grid(self.crs, west, top, cell_m, cell_m, rows, cols)


VALMONT = Plan(
    id="demo",
    name="Valmont-sur-Orle",
    seed=2154,
    date="2025-07-12",
    setting="valley",
    south_west=(612_000.0, 6_651_000.0),
    centre_at=(3650.0, 3120.0),
    sites=(
        Site("industry", 1720, 470, 900, 520, 12),
        Site("shops", -1480, 330, 420, 300, -20),
        Site("park", -470, -60, 380, 200, 25),
        Site("sports", 520, 880, 260, 190, 20),
        Site("allotments", 620, -20, 250, 130, -10),
        Site("cemetery", -720, 690, 150, 110, 35),
    ),
    exits=(
        (-3650, -420),
        (-2400, 2880),
        (500, 2880),
        (2300, 2880),
        (3850, 420),
        (2300, -3120),
        (-1700, -3120),
    ),
    hamlets=((-2450, 1550), (2450, 1850), (-2250, -1900), (1750, -2050), (-420, 2280)),
    railway=((-3700, 980), (-1600, 700), (-200, 560), (1300, 860), (3900, 1420)),
    ponds=((-1750, -430, 130), (-2080, -480, 95), (2350, 60, 150), (2700, 120, 80)),
    districts=(
        ("Centre ancien", 0, 30),
        ("Faubourg Saint-Martin", -820, 330),
        ("La Gare", 330, 640),
        ("Les Coteaux", -420, 1350),
        ("Bellevue", 1050, 1300),
        ("Zone des Aulnes", 1750, 430),
        ("Rive gauche", 120, -820),
        ("Les Prés de l'Orle", -1650, -420),
        ("La Plaine", 1600, -900),
    ),
    core_m=270.0,
    reach_m=1020.0,
    ring_m=1330.0,
    spacing_m=(84.0, 175.0),
    grid_angle_deg=None,
    most_buildings=2150,
    top_storeys=4,
    air_k=299.5,
    breeze_m=250.0,
    plant=(1840, 540),
    detail=(-80.0, -60.0, 630.0, 480.0),
)

BRISANE = Plan(
    id="demo-coast",
    name="Port-Brisane",
    seed=8517,
    date="2025-07-12",
    setting="coast",
    south_west=(306_000.0, 6_645_000.0),
    centre_at=(3150.0, 2900.0),
    sites=(
        Site("industry", 1350, -150, 620, 420, 38),
        Site("shops", 420, 1420, 380, 260, 38),
        Site("park", 330, 330, 260, 170, 38),
        Site("sports", -560, 1130, 260, 180, 38),
        Site("cemetery", 1020, 860, 150, 110, 38),
    ),
    exits=((-1500, 3100), (1500, 3100), (4350, 1500), (4350, -700), (2500, -2900)),
    hamlets=((-650, 2350), (2500, 1900), (2900, 150)),
    railway=((4450, 2500), (2200, 1250), (1000, 420)),
    ponds=((2150, -1050, 210), (2480, -1420, 170), (2900, -980, 190), (-1900, 1400, 120)),
    districts=(
        ("Le Port", -50, -120),
        ("Centre", 250, 350),
        ("La Plage", -850, 420),
        ("Les Pins", -1250, 1150),
        ("Villeneuve", 250, 1150),
        ("Zone du Bassin", 1350, -150),
        ("Les Marais", 2100, -900),
        ("La Croix", 1500, 900),
    ),
    core_m=290.0,
    reach_m=1000.0,
    ring_m=0.0,
    spacing_m=(62.0, 118.0),
    grid_angle_deg=38.0,
    most_buildings=2200,
    top_storeys=6,
    air_k=296.5,
    breeze_m=700.0,
    plant=(1430, -190),
)

PLANS = {plan.id: plan for plan in (VALMONT, BRISANE)}


def plan(which: str) -> Plan:
    """The plan of one demo town, ``demo`` or ``demo-coast``; InvalidArgument for any other."""
    if which in PLANS:
        return PLANS[which]
    raise InvalidArgument(
        "no demo town of that name",
        where=repr(which)[:60],
        expected=" or ".join(PLANS),
        next_step="choose one of them",
    )


def seeded(drawn: Plan, seed: int | None) -> Plan:
    """The same plan grown from another seed; its own where ``seed`` is None."""
    return drawn if seed is None else replace(drawn, seed=seed)
