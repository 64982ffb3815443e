"""The two OSM extracts at hand, through the real command."""

import json
import os
import subprocess
import sys

import pytest

from geoml.paths import Home
from geoml.vector.read import read_frame

pytestmark = [pytest.mark.real_data, pytest.mark.slow]
KEYS = ("buildings", "water", "zones", "sites")


def geoml(root, *words):
    done = subprocess.run(
        [sys.executable, "-m", "geoml.cli.main", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "GEOML_HOME": str(root)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def liechtenstein(real_data, tmp_path_factory):
    root = tmp_path_factory.mktemp("li")
    file = real_data / "buildings" / "liechtenstein" / "liechtenstein-latest.osm.pbf"
    geoml(root, "area", "create", "li", "--bbox", "9.47,47.04,9.64,47.28")
    report = geoml(root, "ingest", "li", *(f"{key}={file}" for key in KEYS))
    return Home(root), {one["key"]: one for one in report["sources"]}, file


@pytest.fixture(scope="module")
def kampen(real_data, tmp_path_factory):
    root = tmp_path_factory.mktemp("ka")
    file = real_data / "buildings" / "kampen" / "kampen.osm.pbf"
    geoml(root, "area", "create", "ka", "--bbox", "5.75,52.45,6.05,52.65")
    return geoml(root, "ingest", "ka", f"buildings={file}", f"water={file}")["sources"]


def test_every_building_of_liechtenstein_is_there(liechtenstein):
    home, told, _ = liechtenstein
    assert "17717 rows" in told["buildings"]["notes"][0]
    frame = read_frame(home.sources("li") / "buildings.parquet")
    assert len(frame) == told["buildings"]["rows"] == 17_716  # one was drawn twice
    assert frame["osm_id"].is_unique
    assert frame["osm_id"].str.fullmatch(r"(way|relation)/\d+").all()
    assert frame["osm_id"].str.startswith("relation/").any()
    assert frame["height_m"].gt(0).any()
    assert frame.geometry.is_valid.all()


def test_the_rhine_the_municipalities_and_the_schools(liechtenstein):
    home, told, _ = liechtenstein
    water = read_frame(home.sources("li") / "water.parquet")
    assert (water["name"] == "Rhein").any()
    assert {"Polygon", "LineString"} <= set(water.geom_type) | {"Polygon"}
    zones = read_frame(home.sources("li") / "zones.parquet")
    assert len(zones) == 11
    assert {"Vaduz", "Schaan"} <= set(zones["name"])
    assert told["sites"]["rows"] > 20


def test_the_licence_is_told_and_kept(liechtenstein):
    home, told, file = liechtenstein
    for key in KEYS:
        item = json.loads((home.sources("li") / f"{key}.json").read_text())
        assert item["properties"]["license"] == "ODbL-1.0"
        assert any("ODbL-1.0" in note for note in told[key]["notes"])
    geoml(home.root, "ingest", "li", f"sites={file}", "--licence", "ODbL-1.0 AND CC-BY-4.0")
    item = json.loads((home.sources("li") / "sites.json").read_text())
    assert item["properties"]["license"] == "other"  # an expression is no identifier to STAC
    assert item["properties"]["geoml:licence"] == "ODbL-1.0 AND CC-BY-4.0"


def test_ids_of_units_do_not_change_when_it_is_ingested_again(liechtenstein):
    home, _, file = liechtenstein
    before = (home.units("li") / "buildings.parquet").read_bytes()
    geoml(home.root, "ingest", "li", f"buildings={file}")
    assert (home.units("li") / "buildings.parquet").read_bytes() == before


def test_the_broken_rings_of_kampen_are_counted(kampen):
    by_key = {one["key"]: one for one in kampen}
    note = by_key["buildings"]["notes"][0]
    assert "29673 rows" in note
    assert "2 repaired, 3 dropped" in note  # the five invalid ones; three have no area
    assert "3 of another kind that cannot be read" in note
    assert by_key["buildings"]["rows"] == 29_670
    assert by_key["water"]["rows"] > 500
