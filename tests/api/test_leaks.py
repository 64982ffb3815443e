"""A datum for staff leaks through no door, when zones are public and buildings are not.

The made-up service publishes two zones, and buildings that bear a canary: their ids, a name, a
score. Every route of the OpenAPI document is asked for every collection, layer, file, format and
vector tile that there is, first by staff, so that every cache is warm, then by a stranger.
"""

from __future__ import annotations

import gzip
import io
import itertools
import re
import shutil
import struct
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType, SimpleNamespace

import geopandas
import pandas as pd
import pytest
import shapely
from pmtiles.reader import MemorySource, Reader, all_tiles
from starlette.testclient import TestClient

from geoml import catalog, editions
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.catalog import collections, services
from geoml.lifecycle.units import publish_units
from geoml.paths import Home
from geoml.store import database, tokens
from geoml.vector.export import FORMATS
from geoml.vector.fragments import hilbert_order
from geoml.vector.read import read_frame

SCORE = 87.654
MARKS = (b"canary", str(SCORE).encode(), struct.pack("<d", SCORE))
ZONES = ["zone-north", "zone-south"]
PLACE = ("tileMatrix", "tileRow", "tileCol", "z", "y", "x")


@pytest.fixture(scope="module")
def shown(made_up, tmp_path_factory):
    """The application over a made-up town whose buildings are for staff, and two bearers."""
    root = tmp_path_factory.mktemp("leaks")
    shutil.copytree(made_up.home.root, root / "home")
    home, declared = Home(root / "home"), replace(made_up.service, staff=frozenset({"buildings"}))
    working, failing = services._found()
    found = (MappingProxyType({**working, declared.name: declared}), failing)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "_found", lambda: found)
        patch.setenv(database.VARIABLE, f"sqlite:///{root / 'geoml.db'}")
        edition = publish(home, declared)
        staff, sender = (bearer(home, scope) for scope in ("read", "feedback"))
        with TestClient(create_app(Settings(home=home.root)), raise_server_exceptions=False) as api:
            yield SimpleNamespace(api=api, home=home, edition=edition, staff=staff, sender=sender)
        database.close()


def bearer(home, scope):
    given, _ = tokens.create(home, [scope], timedelta(hours=1))
    return {"authorization": f"Bearer {given}"}


def publish(home, service):
    """The edition again, with canaries in its buildings and with two zones."""
    old = editions.current(home, service.name, "soaked")

    def fill(folder):
        about = old.manifest()
        for name in about["files"]:
            shutil.copyfile(old.folder / name, folder / name)
        publish_units(service, folder, with_canaries(old.folder, service.name))
        return about

    return editions.publish(home, service.name, "soaked", fill)


def with_canaries(folder, name):
    units = read_frame(folder / "units.parquet").iloc[:60].copy()
    # An answer may echo what it was asked: the ids that the walk asks for bear no mark.
    units["id"] = ["house-0", *(f"canary-{row}" for row in range(1, len(units) - 1)), "house-59"]
    units["name"], units[f"{name}_score"] = "canary", SCORE
    west, south, east, north = units.total_bounds
    middle = (south + north) / 2
    halves = [shapely.box(west, middle, east, north), shapely.box(west, south, east, middle)]
    told = {"id": ZONES, "kind": "zones", "name": "Quartier", f"{name}_score": 12.5}
    zones = geopandas.GeoDataFrame(told, geometry=halves, crs=units.crs)
    return hilbert_order(pd.concat([units, zones], ignore_index=True))


def revealed(content):
    """Which marks an answer holds, whatever it is packed in."""
    layers = [content]
    if content[:2] == b"\x1f\x8b":
        layers.append(gzip.decompress(content))
    elif content[:7] == b"PMTiles":
        tiles = (tile for _, tile in all_tiles(MemorySource(content)))
        layers += [gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one for one in tiles]
    elif content[:4] == b"PAR1":
        layers.append(geopandas.read_parquet(io.BytesIO(content)).to_json().encode())
    return [mark for mark in MARKS if any(mark in layer for layer in layers)]


def pools(shown):
    """What each parameter of a path can be, known to staff."""
    stem, pin = "soak-soaked", f"@{shown.edition.id}"
    ids = [stem + end for end in ("", "-buildings", "-zones", "-cells")]
    layers = [f"{stem}-{name}" for name in catalog.get("soak").layers]
    archive = (shown.edition.folder / "tiles-units.pmtiles").read_bytes()
    tiles = [place for place, _ in all_tiles(Reader(MemorySource(archive)).get_bytes)]
    return {
        "collectionId": [*ids, *(one + pin for one in ids)],
        "featureId": [*ZONES, "house-0", "house-59", "0-0"],
        "format": list(FORMATS),
        "layer": [*layers, *(one + pin for one in layers)],
        "layerId": layers,
        "styleId": ["default", "low"],
        "ending": ["qml", "sld", "json"],
        "edition": [shown.edition.id],
        "name": sorted(path.name for path in shown.edition.folder.iterdir()),
        "area": ["soaked"],
        "service": ["soak"],
        "tileMatrixSetId": ["WebMercatorQuad"],
        "place": tiles,
    }


def addresses(shown):
    """Every GET of the OpenAPI document, with everything that it can be asked for."""
    known = pools(shown)
    document = shown.api.get("/api", headers=shown.staff).json()
    for path in (path for path, item in document["paths"].items() if "get" in item):
        names = [one for one in re.findall(r"{(\w+)}", path) if one not in PLACE]
        # Finished tiles of units, each of them; of the rasters one is like another.
        wanted = len(known["place"]) if path.startswith("/collections/{collectionId}/tiles/") else 1
        for z, x, y in known["place"][-wanted:]:
            here = dict(zip(PLACE, (z, y, x) * 2, strict=True))
            for values in itertools.product(*(known.get(one, ["0"]) for one in names)):
                found = dict(zip(names, values, strict=True)) | here
                yield re.sub(r"{(\w+)}", lambda match, found=found: str(found[match[1]]), path)
    for name in known["collectionId"]:
        items = f"/collections/{name}/items"
        yield from (f"{items}?f=html", f"{items}?kind=buildings", f"{items}?bbox=-180,-90,180,90")
        yield f"{items}?filter=name LIKE 'can%25' AND soak_score > 50"
        yield f"{items}?crs=http://www.opengis.net/def/crs/EPSG/0/3857"
        yield f"{items}/house-0?f=html"


@pytest.fixture(scope="module")
def walked(shown):
    """Address -> the marks in the answer to staff, and in those to others.

    The others are a stranger and a bearer who may not read.
    """
    every = sorted({*addresses(shown)})
    told = [revealed(shown.api.get(one, headers=shown.staff).content) for one in every]
    others = ({}, shown.sender)
    return {
        one: (before, [revealed(shown.api.get(one, headers=who).content) for who in others])
        for one, before in zip(every, told, strict=True)
    }


@pytest.mark.slow
def test_no_stranger_meets_a_canary(walked):
    assert [one for one, (_, others) in walked.items() if any(others)] == []


@pytest.mark.slow
def test_staff_meets_it_behind_every_door_that_has_it(walked, shown):
    """Else the walk would prove nothing."""
    met = [one for one, (marks, _) in walked.items() if marks]
    own = "/collections/soak-soaked-buildings"
    files = ("units.parquet", "units.geojson", "tiles-units.pmtiles")
    doors = [
        f"{own}/items", f"{own}/items/house-0", f"{own}/items?f=html", f"{own}@{{}}/items",
        *(f"{own}/download/{form}" for form in FORMATS),
        *(f"/editions/{{}}/files/{file}" for file in files),
    ]  # fmt: skip
    assert {one.format(shown.edition.id) for one in doors} <= {*met}
    assert any(one.startswith(f"{own}/tiles/") for one in met)
    assert all("-buildings" in one or "/files/" in one for one in met)


def test_a_part_of_the_units_is_shown_whole(shown):
    """Whoever asks: the public collection is the same for all, and so is the one of zones."""
    for headers in ({}, shown.staff):
        for name in ("soak-soaked", "soak-soaked-zones"):
            page = shown.api.get(f"/collections/{name}/items", headers=headers).json()
            assert sorted(one["id"] for one in page["features"]) == ZONES
            assert page["numberMatched"] == 2
    own = "/collections/soak-soaked-buildings/items?limit=7"
    page = shown.api.get(own, headers=shown.staff).json()
    assert (page["numberMatched"], len(page["features"])) == (60, 7)


def test_lists_name_what_the_reader_may_see(shown):
    ids = ["soak-soaked", "soak-soaked-buildings", "soak-soaked-zones", "soak-soaked-cells"]
    for headers, wanted in (({}, [ids[0], *ids[2:]]), (shown.staff, ids)):
        told = shown.api.get("/collections", headers=headers).json()["collections"]
        assert [one["id"] for one in told] == wanted
        assert ("-buildings" in shown.api.get("/api", headers=headers).text) == bool(headers)


@pytest.mark.parametrize("fid", ["house-0", "nobody"])
def test_a_building_among_zones_is_as_unknown_as_nobody(shown, fid):
    path = f"/collections/soak-soaked/items/{fid}"
    for headers in (shown.staff, {}, {"if-none-match": "*"}):
        assert shown.api.get(path, headers=headers).status_code == 404


def test_rows_of_a_section_are_its_own(shown):
    """Search, tables, frames and pages agree, and ids lead back to their rows."""
    world = (-180.0, -90.0, 180.0, 90.0)
    for name, count in (("soak-soaked", 2), ("soak-soaked-buildings", 60)):
        one = collections.find(shown.home, name)
        assert one.search([world]).tolist() == list(range(len(one))) == list(range(count))
        ids = one.table(["id"])["id"].to_pylist()
        assert [one.row(fid) for fid in ids] == list(range(count))
        assert one.frame(slice(1, 2))["id"].tolist() == ids[1:2]
        west, south, east, north = one.bbox
        bounds = one.frame(slice(None)).to_crs("OGC:CRS84").total_bounds
        assert bounds == pytest.approx((west, south, east, north), abs=1e-6)
        some = one.search([(*bounds[:2], *shapely.box(*bounds).centroid.coords[0])])
        assert 0 < len(some) <= count
