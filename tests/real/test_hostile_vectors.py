"""Every hostile vector file, inside an area that covers it, through the real command.

What should happen to each file is written in a table; a file that is not in it fails the walk.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from geoml.areas import area as areas
from geoml.paths import Home
from geoml.vector.read import read_frame

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

BERLIN = (13.36, 52.50, 13.40, 52.52)
PLACES = {
    "berlin": BERLIN,
    "brandenburg": (12.60, 51.86, 13.37, 52.34),  # the whole of a polygon of 50 km
    "fiji": (177.90, -18.30, 178.10, -18.10),
    "ocean": (99.9, -0.1, 100.1, 0.1),
    "guinea": (0.9, 1.9, 2.1, 2.1),
    "island": (-0.1, -0.1, 0.1, 0.1),
    "border": (-101.0, 48.99, -100.9, 49.03),  # the lines are too long for one area
}


@dataclass(frozen=True)
class Result:
    """Rows that are stored, and words of the report."""

    rows: int
    says: str


@dataclass(frozen=True)
class Refused:
    """The words of the error."""

    says: str


G, S = "geojson/problematic_geometries/problematic_", "geojson/invalid_structure/invalid_"
W, P = "geojson/invalid_geometries/invalid_", "geojson/problematic_structure/problematic_"
TABLE = {
    # The winding of rings is a matter of style: every reader takes both.
    f"{W}exterior_not_ccw.geojson": ("buildings", "berlin", Result(1, "1 rows")),
    f"{W}interior_not_cw.geojson": ("buildings", "berlin", Result(1, "1 rows")),
    f"{W}unclosed.geojson": ("buildings", "berlin", Refused("cannot be read")),
    f"{S}feature_geometry_is_string.geojson": ("buildings", "berlin", Refused("cannot be read")),
    f"{S}feature_no_properties.geojson": ("zones", "brandenburg", Result(1, "1 rows")),
    f"{S}feature_properties_is_int.geojson": ("buildings", "berlin", Refused("cannot be read")),
    f"{S}featurecollection_feature_nullfeature.geojson": (
        *("buildings", "berlin"),
        Refused("cannot be read"),
    ),
    f"{S}featurecollection_no_features_member.geojson": (
        *("buildings", "berlin"),
        Refused("a list of features"),
    ),
    f"{S}featurecollection_type_lowercase.geojson": (
        *("buildings", "berlin"),
        Refused("needs that type"),
    ),
    # A bbox member is a hint that nobody has to believe; the point itself is good.
    f"{S}geometry_bbox_not4or6.geojson": ("sites", "guinea", Result(1, "1 rows")),
    f"{S}geometry_bbox_not_numbers.geojson": ("sites", "guinea", Result(1, "1 rows")),
    f"{S}geometry_coordinates_empty_position.geojson": (
        *("zones", "brandenburg"),
        Refused("cannot be read"),
    ),
    f"{S}geometry_coordinates_string.geojson": ("sites", "berlin", Refused("cannot be read")),
    f"{S}geometry_depth_deep_polygon.geojson": (
        *("zones", "brandenburg"),
        Refused("cannot be read"),
    ),
    f"{S}geometry_depth_shallow_multipolygon.geojson": (
        *("zones", "berlin"),
        Refused("cannot be read"),
    ),
    f"{S}geometry_geometrycollection_null_geometry.geojson": (
        *("sites", "berlin"),
        Refused("cannot be read"),
    ),
    f"{S}geometry_missing_type.geojson": ("sites", "berlin", Refused("none of GeoJSON")),
    f"{G}3d_coordinates.geojson": ("buildings", "berlin", Result(1, "1 rows")),
    f"{G}crosses_antimeridian.geojson": ("zones", "fiji", Refused("1 dropped")),
    f"{G}excessive_coordinate_precision.geojson": ("buildings", "berlin", Result(1, "1 rows")),
    f"{G}feature_null_geometry.geojson": ("buildings", "berlin", Refused("without geometry")),
    f"{G}inner_and_exterior_ring_intersect.geojson": (
        *("buildings", "berlin"),
        Result(1, "1 repaired"),
    ),
    f"{G}outside_lat_lon_boundaries.geojson": ("zones", "brandenburg", Refused("1 dropped")),
    f"{G}self_intersection_small.geojson": ("buildings", "berlin", Result(1, "1 repaired")),
    f"{G}zero_length_linestring.geojson": ("water", "berlin", Refused("1 dropped")),
    f"{P}crs_defined.geojson": ("buildings", "berlin", Result(1, "1 rows")),
    f"{P}geometrycollection_single.geojson": ("sites", "ocean", Result(1, "1 rows")),
    "vector/curve.gpkg": ("water", "border", Result(1, "1 rows")),
    "vector/line_zm.gpkg": ("water", "border", Result(1, "1 rows")),
    "vector/test_gpkg_nulls.gpkg": ("sites", "island", Result(1, "3 elsewhere")),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    for name, bbox in PLACES.items():
        areas.create(home, name, name, bbox=bbox, resolution_m=100.0)
    return home


def geoml(home, *words):
    command = [sys.executable, "-W", "error", "-m", "geoml.cli.main", *words]
    environment = {**os.environ, "GEOML_HOME": str(home.root)}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)


def test_the_table_says_what_should_happen_to_every_file(real_data):
    hostile = real_data / "hostile"
    files = {
        path.relative_to(hostile).as_posix()
        for folder in ("vector", "geojson")
        for path in (hostile / folder).rglob("*")
        if path.is_file()
    }
    assert files == set(TABLE), "say in the table what should happen"


@pytest.mark.parametrize("name", TABLE)
def test_a_file_ends_in_what_the_table_says(real_data, home, name):
    key, place, expected = TABLE[name]
    path = real_data / "hostile" / name
    folder = home.sources(place)
    before = _files(folder)
    done = geoml(home, "ingest", place, f"{key}={path}", "--json")
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    if isinstance(expected, Refused):
        assert done.returncode == 3, done.stdout
        assert expected.says in done.stderr
        assert path.name in done.stderr
        assert _files(folder) == before
        return
    assert done.returncode == 0, done.stderr
    (source,) = json.loads(done.stdout)["sources"]
    assert source["rows"] == expected.rows
    assert expected.says in " ".join(source["notes"])
    frame = read_frame(folder / f"{key}.parquet")
    assert frame.geometry.is_valid.all()
    assert not frame.geometry.has_z.any()
    assert [one for one in folder.iterdir() if one.name.startswith(".ingest")] == []


def _files(folder):
    if not folder.is_dir():
        return {}
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != ".lock"}
