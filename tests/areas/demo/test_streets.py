import numpy as np
import shapely

from geoml.areas.demo.roads import STREET_M


def test_streets_are_a_network_of_a_town_size(layout):
    length_km = sum(line.length for line in layout.streets) / 1000
    assert 20 < length_km < 60


def test_streets_stay_out_of_water_and_parks(layout):
    closed = [layout.water.main, *layout.water.ponds, *layout.quarters.of("park", "sports")]
    streets = shapely.union_all([line.buffer(STREET_M / 2) for line in layout.streets])
    assert streets.intersection(shapely.union_all(closed)).area < 20


def test_most_streets_meet_another_road(layout):
    lines = [*layout.streets, *layout.roads.all()]
    tree = shapely.STRtree(lines)
    first, second = tree.query(layout.streets, predicate="dwithin", distance=12)
    meets = np.bincount(first[first != second], minlength=len(layout.streets)) > 0
    assert meets.mean() > 0.95


def test_a_planned_grid_keeps_its_angle(coast):
    ends = np.array([(line.coords[0], line.coords[-1]) for line in coast.streets])
    turn = np.degrees(np.arctan2(*(ends[:, 1] - ends[:, 0]).T[::-1]))
    off = (turn - coast.plan.grid_angle_deg + 45) % 90 - 45
    assert np.median(np.abs(off)) < 8
