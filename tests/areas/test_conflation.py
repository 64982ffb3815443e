"""Outlines beside official buildings: found, covered, missing, unseen and new."""

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoml.areas.conflation import conflate, match_buildings
from geoml.errors import GridMismatch

CRS = "EPSG:2154"


def house(x: float, width: float = 10.0) -> shapely.Polygon:
    return shapely.box(x, 0, x + width, 10)


def table(*shapes, **columns) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


OFFICIAL = table(
    house(0), house(20), house(30), house(50), house(100),
    id=["plain", "left", "right", "gone", "far"],
)  # fmt: skip
SEEN = table(
    house(0.5), house(20, 20), house(70), house(2, 1),
    probability=[0.9, 0.8, 0.7, 0.6], area_m2=[100.0, 200.0, 100.0, 10.0],
)  # fmt: skip


@pytest.fixture(scope="module")
def conflated():
    return conflate(SEEN, OFFICIAL, ground=shapely.box(-10, -10, 90, 20))


def test_every_building_has_its_status_and_keeps_its_geometry(conflated):
    assert conflated.buildings["status"].to_list() == [
        "found", "found", "covered", "missing", "unseen"
    ]  # fmt: skip
    assert conflated.buildings.geometry.equals(OFFICIAL.geometry)
    assert conflated.buildings["id"].equals(OFFICIAL["id"])
    assert conflated.missing["id"].to_list() == ["gone"]


def test_what_was_seen_is_told_beside_the_building_that_it_is(conflated):
    probability = conflated.buildings["seen_probability"].to_numpy()
    assert probability == pytest.approx([0.9, 0.8, np.nan, np.nan, np.nan], nan_ok=True)
    overlap = conflated.buildings["overlap"].to_numpy()
    assert overlap[:2] == pytest.approx([9.5 / 10.5, 0.5], abs=1e-4)
    assert np.isnan(overlap[2:]).all()


def test_new_is_what_no_building_covers(conflated):
    assert conflated.new["probability"].to_list() == [0.7]
    assert conflated.counts() == {"found": 2, "covered": 1, "missing": 1, "unseen": 1, "new": 1}


def test_without_a_footprint_everything_was_looked_at():
    assert conflate(SEEN, OFFICIAL).counts()["missing"] == 2


def test_a_town_without_one_or_the_other():
    assert conflate(SEEN[:0], OFFICIAL).counts()["missing"] == 5
    assert conflate(SEEN, OFFICIAL[:0]).counts()["new"] == 4


def test_another_crs_is_refused():
    with pytest.raises(GridMismatch, match="share a CRS"):
        conflate(SEEN, OFFICIAL.set_crs("EPSG:32631", allow_override=True))


def test_of_a_block_the_best_house_gets_the_outline():
    block = np.array([house(0, 30)], dtype=object)
    houses = np.array([house(0), house(10, 12), house(22, 8)], dtype=object)
    assert match_buildings(block, houses) == [(0, 1)]


@given(*[st.lists(st.tuples(st.integers(0, 60), st.integers(2, 20)), max_size=8)] * 2)
def test_matches_are_one_to_one_and_nothing_is_lost(seen, known):
    seen, known = [house(*one) for one in seen], [house(*one) for one in known]
    ours, theirs = np.array(seen, dtype=object), np.array(known, dtype=object)
    pairs = match_buildings(ours, theirs)
    assert len({n for n, _ in pairs}) == len({o for _, o in pairs}) == len(pairs)
    told = conflate(table(*seen, n=range(len(seen))), table(*known)).counts()
    assert told["found"] == len(pairs)
    assert sum(told.values()) - told["new"] == len(known)
    assert told["new"] <= len(seen) - len(pairs)
