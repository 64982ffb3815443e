"""Which building stands where: the old core, houses, flats, works, hamlets and farms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString
from shapely.ops import substring

from geoml.areas.demo.footprints import (
    BARN,
    COTTAGE,
    FLATS,
    HOUSE,
    ROW,
    SHED,
    STORE,
    Building,
    Way,
    lined,
    placed,
    rectangle,
)
from geoml.areas.demo.noise import stream
from geoml.areas.demo.plan import Plan
from geoml.areas.demo.quarters import GREEN, Quarters
from geoml.areas.demo.roads import LANE_M, MAIN_M, RAIL_M, RING_M, STREET_M, Roads
from geoml.areas.demo.shapes import Shape, joined, largest, minus
from geoml.areas.demo.streets import URBAN
from geoml.areas.demo.water import Water
from geoml.types import Array, Mask

Streets = Sequence[LineString]


def buildings(
    plan: Plan, water: Water, roads: Roads, streets: Streets, quarters: Quarters
) -> list[Building]:
    """The buildings of a town: none overlaps another, stands on a road, a railway or in water.

    Candidates come in order of importance and are taken greedily; where there would be more than
    ``plan.most_buildings``, the outermost dwellings are not built.
    """
    rng = stream(plan.seed, "buildings")
    candidates = [
        *_landmarks(plan, quarters, rng),
        *_works(roads, streets, quarters, rng),
        *_dwellings(plan, roads, streets, quarters, rng),
        *_countryside(plan, roads, quarters, rng),
    ]
    free = _on_free_ground(candidates, _closed(water, roads, streets, quarters))
    standing = _apart(free)
    return _town_sized(standing, plan.most_buildings, quarters)


def _landmarks(plan: Plan, quarters: Quarters, rng: Generator) -> Iterator[Building]:
    """Church, town hall, schools and a hospital round courts: large, few, first."""
    church = largest(joined([rectangle(46, 15), shapely.box(6, -16, 18, 16)]))
    court = largest(minus(rectangle(70, 48), rectangle(42, 22)))
    turn = float(rng.uniform(0, np.pi))
    yield Building(placed(church, plan.at(62, 60), turn), "row", 3, 21.0, 8.0)
    yield Building(placed(rectangle(30, 16), plan.at(-52, 46), turn), "row", 3, 14.0, 8.0)
    for east, north in _around(plan, quarters, rng):
        turn, levels = float(rng.uniform(0, np.pi)), int(rng.integers(2, 4))
        shape = placed(court, (east, north), turn)
        yield Building(shape, "flats", levels, round(3.4 * levels, 1), 10.0)


def _around(plan: Plan, quarters: Quarters, rng: Generator) -> Iterator[tuple[float, float]]:
    turn = np.arange(0, 2 * np.pi, 0.33)
    away = plan.core_m * rng.uniform(1.25, 2.6, turn.size)
    x, y = plan.at(0, 0)[0] + away * np.cos(turn), plan.at(0, 0)[1] + away * np.sin(turn)
    built_up = quarters.urban_at(x, y) > 0.5
    yield from zip(x[built_up].tolist(), y[built_up].tolist(), strict=True)


def _works(
    roads: Roads, streets: Streets, quarters: Quarters, rng: Generator
) -> Iterator[Building]:
    for kind, name in ((SHED, "industry"), (STORE, "shops")):
        for yard in quarters.of(name):
            ways = [way for way in _ways(roads, streets) if way[0].intersects(yard)]
            inner = yard.buffer(-6)
            found = lined(ways, kind, rng)
            yield from (building for building in found if inner.contains(building.shape))


def _ways(roads: Roads, streets: Streets) -> list[Way]:
    ways = [(line, MAIN_M / 2) for line in roads.main] + [(line, STREET_M / 2) for line in streets]
    return ways + [(line, RING_M / 2) for line in roads.ring]


def _dwellings(
    plan: Plan, roads: Roads, streets: Streets, quarters: Quarters, rng: Generator
) -> Iterator[Building]:
    """Rows in the core, then some flats where it is dense, then houses in gardens."""
    ways = [(line, MAIN_M / 2) for line in roads.main] + [(line, STREET_M / 2) for line in streets]
    reserved = shapely.union_all([shape.buffer(25) for _, shape in quarters.sites])
    shapely.prepare(reserved)
    flats_share = 0.045 * plan.top_storeys - 0.08
    for kind in (ROW, FLATS, HOUSE):
        found = list(lined(ways, kind, rng))
        x, y = _centres(found)
        core, urban = quarters.core_at(x, y), quarters.urban_at(x, y)
        if kind is ROW:
            keep = core
        elif kind is FLATS:
            keep = ~core & (urban > 0.55) & (rng.random(len(found)) < flats_share)
        else:
            keep = ~core & (urban > URBAN)
        for building in _kept(found, keep):
            if not reserved.intersects(building.shape):
                yield _storeyed(building, plan, rng)


def _storeyed(building: Building, plan: Plan, rng: Generator) -> Building:
    """The building with the extra storeys that a town of high houses has."""
    if building.use == "house" or plan.top_storeys <= 4:
        return building
    extra = int(rng.integers(0, plan.top_storeys - 3))
    height = round(building.height_m + 2.95 * extra, 1)
    return replace(building, levels=building.levels + extra, height_m=height)


def _countryside(
    plan: Plan, roads: Roads, quarters: Quarters, rng: Generator
) -> Iterator[Building]:
    """Hamlets where lanes meet, farms here and there along the roads."""
    ways = [(line, MAIN_M / 2) for line in roads.main]
    ways += [(line, LANE_M / 2) for line in roads.lanes]
    farms = shapely.MultiPoint(_farmsteads(roads, rng))
    hamlets = shapely.MultiPoint([plan.at(*point) for point in plan.hamlets])
    for kind, share in ((BARN, 0.3), (COTTAGE, 0.85)):
        found = list(lined(ways, kind, rng))
        x, y = _centres(found)
        spots = shapely.points(x, y)
        near = shapely.distance(spots, hamlets) < 210
        keep = (near & (rng.random(len(found)) < share)) | (shapely.distance(spots, farms) < 70)
        yield from _kept(found, keep & (quarters.urban_at(x, y) < URBAN))


def _farmsteads(roads: Roads, rng: Generator) -> list[tuple[float, float]]:
    spots = []
    for line in (*roads.main, *roads.lanes):
        for along in np.arange(250, line.length, 620):
            point = line.interpolate(along + float(rng.uniform(-200, 200)))
            if rng.random() < 0.55:
                spots.append((point.x, point.y))
    return spots


def _centres(found: Sequence[Building]) -> tuple[Array, Array]:
    points = shapely.get_coordinates(shapely.centroid([building.shape for building in found]))
    return points[:, 0], points[:, 1]


def _kept(found: Sequence[Building], keep: Mask) -> Iterator[Building]:
    return (building for building, good in zip(found, keep.tolist(), strict=True) if good)


def _closed(water: Water, roads: Roads, streets: Streets, quarters: Quarters) -> list[Shape]:
    """Ground on which nothing may stand: roads, railway, water and its banks, parks, the edge."""
    ways = _ways(roads, streets)
    ways += [(line, LANE_M / 2) for line in roads.lanes]
    ways += [(line, RAIL_M / 2 + 5) for line in roads.rail]
    # By pieces: the tree below is quick when boxes are small.
    pieces = [
        substring(line, start, start + 85).buffer(half_m + 0.3)
        for line, half_m in ways
        for start in np.arange(0, line.length, 80)
    ]
    banks = [water.main.buffer(12), *(shape.buffer(8) for shape in water.ponds + water.brooks)]
    extent = shapely.box(*quarters.grid.bounds)
    outside = minus(extent.buffer(500), extent.buffer(-20))
    return [*pieces, *banks, *quarters.of(*GREEN), outside]


def _on_free_ground(found: Sequence[Building], closed: Sequence[Shape]) -> list[Building]:
    tree = shapely.STRtree(closed)
    hit = tree.query([building.shape for building in found], predicate="intersects")[0]
    keep = np.ones(len(found), bool)
    keep[hit] = False
    return list(_kept(found, keep))


def _apart(found: Sequence[Building]) -> list[Building]:
    """The buildings that do not crowd one that comes before them."""
    shapes = np.array([building.shape for building in found])
    half = np.array([building.apart_m / 2 for building in found])
    yards = shapely.buffer(shapes, half, join_style="mitre", quad_segs=1)
    first, second = shapely.STRtree(yards).query(yards, predicate="intersects")
    near = np.split(second[np.argsort(first, kind="stable")], np.cumsum(np.bincount(first))[:-1])
    keep = np.ones(len(found), bool)
    for here, others in enumerate(near):
        if keep[here]:
            keep[others[others > here]] = False
    return list(_kept(found, keep))


def _town_sized(found: list[Building], most: int, quarters: Quarters) -> list[Building]:
    x, y = _centres(found)
    rank = np.where([b.use == "house" for b in found], quarters.urban_at(x, y), 2.0)
    # Hamlets lie where nothing is urban: they stay.
    rank = np.where(rank < URBAN, 2.0, rank)
    keep = np.zeros(len(found), bool)
    keep[np.argsort(-rank, kind="stable")[:most]] = True
    return list(_kept(found, keep))
