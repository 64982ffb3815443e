import re

import pytest

from geoml.areas.ingest import ingest
from geoml.areas.units import refresh, units
from geoml.errors import EmptySource


def ids_by_place(home, town) -> dict[tuple[int, int], str]:
    """Id of each building by its south-west corner, metres from the town's corner."""
    frame = units(home, town, "buildings")
    corner = frame.geometry.bounds
    east = (corner["minx"] - town.grid.west).round().astype(int)
    down = (town.grid.north - corner["maxy"]).round().astype(int)
    return {(x, y): one for x, y, one in zip(east, down, frame["id"], strict=True)}


def test_buildings_get_ids_areas_and_keep_their_attributes(home, town, vector, square):
    path = vector([square(0, 0), square(50, 0, 20)], "a.gpkg", height=[7.5, None])
    ingest(home, "town", [f"buildings={path}"])
    frame = units(home, town, "buildings")
    assert list(frame["area_m2"]) == [100.0, 400.0]
    assert frame["height_m"][0] == 7.5
    assert frame["height_m"].isna()[1]
    assert all(re.fullmatch(r"b-[a-z2-7]{8}", one) for one in frame["id"])
    assert frame["id"].is_unique
    assert frame.crs == town.crs


def test_a_building_keeps_its_id_and_a_new_one_gets_a_new_one(home, town, vector, square):
    ingest(home, "town", [f"buildings={vector([square(0, 0), square(50, 0)], 'a.gpkg')}"])
    before = ids_by_place(home, town)
    later = [square(80, 0), square(51, 0), square(0, 0)]
    ingest(home, "town", [f"buildings={vector(later, 'b.gpkg')}"])
    after = ids_by_place(home, town)
    assert after[0, 0] == before[0, 0]
    assert after[51, 0] == before[50, 0]
    assert after[80, 0] not in before.values()


def test_an_id_is_not_given_to_another_building_at_the_old_place(home, town, vector, square):
    """The first moves away step by step and keeps its id; a second one is built in its place."""
    ingest(home, "town", [f"buildings={vector([square(0, 0)], 'a.gpkg')}"])
    first = ids_by_place(home, town)[0, 0]
    for step in (2, 4, 6, 8, 10, 12):
        ingest(home, "town", [f"buildings={vector([square(step, 0)], f'{step}.gpkg')}"])
    ingest(home, "town", [f"buildings={vector([square(12, 0), square(0, 0)], 'z.gpkg')}"])
    after = ids_by_place(home, town)
    assert after[12, 0] == first
    assert after[0, 0] != first


def test_two_homes_agree_on_ids(home, town, vector, square, tmp_path):
    from geoml.areas import area as areas
    from geoml.paths import Home

    path = vector([square(0, 0), square(50, 0)])
    other = Home(tmp_path / "other")
    areas.create(other, "town", "Town", bbox=(2.30, 48.80, 2.33, 48.82))
    for one in (home, other):
        ingest(one, "town", [f"buildings={path}"])
    assert ids_by_place(home, town) == ids_by_place(other, town)


def test_units_follow_a_source_that_changed_behind_their_back(home, town, vector, square):
    """As after a crash between storing a source and renewing its units."""
    ingest(home, "town", [f"buildings={vector([square(0, 0)], 'a.gpkg')}"])
    before = ids_by_place(home, town)
    path = home.units("town") / "buildings.parquet"
    old = path.read_bytes()
    ingest(home, "town", [f"buildings={vector([square(0, 0), square(90, 0)], 'b.gpkg')}"])
    path.write_bytes(old)
    after = ids_by_place(home, town)
    assert len(after) == 2
    assert after[0, 0] == before[0, 0]


def test_nothing_is_rewritten_when_nothing_changed(home, town, vector, square):
    ingest(home, "town", [f"zones={vector([square(0, 0, 500)], 'z.gpkg')}"])
    path = refresh(home, town, "zones")
    written = path.stat().st_mtime_ns
    assert refresh(home, town, "zones") == path
    assert path.stat().st_mtime_ns == written
    assert units(home, town, "zones")["id"][0].startswith("z-")


def test_an_area_without_buildings_says_how_to_get_them(home, town):
    with pytest.raises(EmptySource, match="geoml ingest town buildings=FILE"):
        units(home, town, "buildings")
