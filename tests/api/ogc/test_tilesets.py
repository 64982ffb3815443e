"""OGC API - Tiles part 1 (20-057): one test for each abstract test of annex A that is declared.

``test_<class>_<name>`` is /conf/<class>/<name>; each runs against every kind of set of tiles that
the tiny town publishes: units of everybody and of staff, all and some kinds, and every map layer.
"""

import itertools
from types import SimpleNamespace

import jsonschema
import pytest

from geoml import catalog
from geoml.api.ogc.conformance import CLASSES
from geoml.catalog.sections import sections
from geoml.raster import png

CONF = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
TMS = "WebMercatorQuad"

LIMITS = {
    "type": "object",
    "required": ["tileMatrix", "minTileRow", "maxTileRow", "minTileCol", "maxTileCol"],
    "properties": {
        "tileMatrix": {"type": "string"},
        **{
            f"{end}Tile{axis}": {"type": "integer", "minimum": 0}
            for end in ("min", "max")
            for axis in ("Row", "Col")
        },
    },
}
TILESET = {
    "type": "object",
    "required": ["dataType", "crs", "links"],
    "properties": {
        "dataType": {"enum": ["map", "vector", "coverage"]},
        "crs": {"type": "string", "format": "uri"},
        "tileMatrixSetURI": {"type": "string", "format": "uri"},
        "links": {"type": "array", "items": {"required": ["href", "rel"]}},
        "tileMatrixSetLimits": {"type": "array", "items": LIMITS},
        "boundingBox": {"required": ["lowerLeft", "upperRight"]},
        "centerPoint": {"required": ["coordinates"]},
        "layers": {"type": "array", "items": {"required": ["id", "dataType"]}},
    },
}
"""tileSet.json of OGC 17-083r4, clause 7.5: what it requires."""


def sets():
    """Service, section and path of each kind of tiles; services with parts have the most layers."""
    found = {}
    for service in sorted(map(catalog.get, catalog.names()), key=lambda one: not one.parts):
        maps = ("/map/tiles", *(f"/styles/{name}/map/tiles" for name in service.layers))
        for one in sections(service):
            for below in maps if one.kind == "cells" else ("/tiles",):
                key = one.kinds is None, one.audience, below
                found.setdefault(key, (service.name, one, below))
    return list(found.values())


@pytest.fixture(scope="module", params=sets(), ids=lambda one: f"{one[0]}{one[1].suffix}{one[2]}")
def known(request, api, doors):
    """One set of tiles: where its list is, its metadata, and a way to a tile."""
    service, section, below = request.param
    owner = f"/collections/{service}-town{section.suffix}"
    path = f"{owner}{below}"
    headers = doors.staff if section.audience == "staff" else {}
    document = api.get(f"{path}/{TMS}", headers=headers).json()

    def tile(z, row, col, **options):
        return api.get(f"{path}/{TMS}/{z}/{row}/{col}", **options)

    return SimpleNamespace(
        owner=owner,
        path=path,
        below=below,
        headers=headers,
        document=document,
        limits=document["tileMatrixSetLimits"],
        tile=tile,
        kind="vector" if below == "/tiles" else "map",
    )


@pytest.fixture
def tileset(collection):
    """The same; while a test has it, ``api`` asks as somebody who may see it."""
    return collection


def rels(document, rel):
    return [one for one in document["links"] if one["rel"] == rel]


def inside(limits):
    return (
        int(limits["tileMatrix"]),
        (limits["minTileRow"] + limits["maxTileRow"]) // 2,
        (limits["minTileCol"] + limits["maxTileCol"]) // 2,
    )


def test_core_conformance(api):
    told = api.get("/conformance").json()["conformsTo"]
    declared = ("core", "tileset", "tilesets-list", "geodata-tilesets", "png", "mvt", "oas30")
    assert {f"{CONF}{name}" for name in declared} <= set(told) == set(CLASSES)


def test_core_tc_op_and_success(tileset):
    """Every zoom that the metadata names answers a tile of the type that it names."""
    kinds = set()
    for one in tileset.limits:
        answer = tileset.tile(*inside(one))
        assert answer.status_code in {200, 204}, answer.text
        if answer.status_code == 200:
            kinds.add(answer.headers["content-type"])
    assert kinds == set(tileset.document["mediaTypes"])


def test_core_tc_error(tileset):
    """What is out of range, and what is no tile at all, does not exist; never 500."""
    last = tileset.limits[-1]
    z, row, col = inside(last)
    for wrong in (
        (z, last["minTileRow"] - 1, col),
        (z, last["maxTileRow"] + 1, col),
        (z, row, last["minTileCol"] - 1),
        (z, row, last["maxTileCol"] + 1),
        (z, row, 1 << z),
        (z + 1, row * 2, col * 2),
        (-1, 0, 0),
        (99, 0, 0),
        (z, "9" * 300, col),
        (z, "1e3", col),
        (z, "½", col),
        ("x", row, col),
    ):
        answer = tileset.tile(*wrong)
        assert answer.status_code == 404, wrong
        assert answer.headers["content-type"] == "application/problem+json"


def test_core_tc_unknown_names_do_not_exist(api, tileset):
    z, row, col = inside(tileset.limits[-1])
    other = tileset.path.replace("-town", "-atlantis")
    for path in (
        f"{other}",
        f"{other}/{TMS}",
        f"{other}/{TMS}/{z}/{row}/{col}",
        f"{tileset.path}/CanadianNAD83_LCC",
        f"{tileset.path}/CanadianNAD83_LCC/{z}/{row}/{col}",
        f"{tileset.path}/EPSG:2154/{z}/{row}/{col}",
    ):
        assert api.get(path).status_code == 404, path
    for path in (tileset.path, f"{tileset.path}/{TMS}", f"{tileset.path}/{TMS}/{z}/{row}/{col}"):
        assert api.get(f"{path}?colour=red").status_code == 400
        assert api.get(f"{path}?f=exe").status_code == 400


def test_core_tile_is_cached_and_answered_with_304(tileset):
    answer = tileset.tile(*inside(tileset.limits[-1]))
    assert "max-age" in answer.headers["cache-control"]
    assert ("public" in answer.headers["cache-control"]) == (not tileset.headers)
    seen = {"if-none-match": answer.headers["etag"]}
    again = tileset.tile(*inside(tileset.limits[-1]), headers=seen)
    assert again.status_code == 304
    assert not again.content


def test_tileset_tmxslink_and_success(api, tileset):
    """Metadata by the schema of 17-083r4, with links to itself, its grid and its tiles."""
    jsonschema.validate(tileset.document, TILESET)
    assert tileset.document["dataType"] == tileset.kind
    (own,) = rels(tileset.document, "self")
    assert api.get(own["href"]).json() == tileset.document
    (scheme,) = rels(tileset.document, f"{REL}tiling-scheme")
    assert api.get(scheme["href"]).json()["uri"] == tileset.document["tileMatrixSetURI"]
    (item,) = rels(tileset.document, "item")
    assert item["templated"] is True
    z, row, col = inside(tileset.limits[-1])
    place = item["href"].replace("{tileMatrix}", str(z))
    place = place.replace("{tileRow}", str(row)).replace("{tileCol}", str(col))
    assert api.get(place).content == tileset.tile(z, row, col).content


def test_tileset_tileset_matrix_set_limits(tileset):
    """Limits are nested: a tile's parent is within the limits of the zoom above."""
    zooms = [int(one["tileMatrix"]) for one in tileset.limits]
    assert zooms == list(range(zooms[0], zooms[-1] + 1))
    for above, below in itertools.pairwise(tileset.limits):
        for axis in ("Row", "Col"):
            assert above[f"minTile{axis}"] <= below[f"minTile{axis}"] // 2
            assert above[f"maxTile{axis}"] >= below[f"maxTile{axis}"] // 2


def test_tileset_as_tilejson(api, tileset):
    """TileJSON 3.0 leads to the very tiles, with the columns and the rows the right way round."""
    (link,) = rels(tileset.document, "describedby")
    told = api.get(link["href"]).json()
    assert told["tilejson"] == "3.0.0"
    assert [told["minzoom"], told["maxzoom"]] == [
        int(tileset.limits[0]["tileMatrix"]),
        int(tileset.limits[-1]["tileMatrix"]),
    ]
    z, row, col = inside(tileset.limits[-1])
    place = told["tiles"][0].replace("{z}", str(z)).replace("{x}", str(col))
    assert api.get(place.replace("{y}", str(row))).content == tileset.tile(z, row, col).content
    assert ("vector_layers" in told) == (tileset.kind == "vector")
    west, south, east, north = told["bounds"]
    assert west < told["center"][0] < east
    assert south < told["center"][1] < north


def test_tilesets_list_tl_op_and_success(api, tileset):
    listed = api.get(tileset.path).json()
    (own,) = rels(listed, "self")
    assert api.get(own["href"]).json() == listed
    (one,) = listed["tilesets"]
    jsonschema.validate(one, TILESET)
    (link,) = rels(one, "self")
    assert api.get(link["href"]).json() == tileset.document


def test_geodata_tilesets_desc_links(api, tileset):
    """A collection leads to its tilesets, and they lead back."""
    rel = "tilesets-vector" if tileset.kind == "vector" else "tilesets-map"
    (link,) = rels(api.get(tileset.owner).json(), f"{REL}{rel}")
    listed = api.get(link["href"]).json()["tilesets"]
    assert listed[0]["dataType"] == tileset.kind
    (back,) = rels(tileset.document, f"{REL}geodata")
    assert back["href"].endswith(tileset.owner)


def test_png_content(api, tileset):
    """Map tiles are the finished tiles of the layer; the default map is the score."""
    if tileset.kind != "map":
        pytest.skip("these are vector tiles")
    z, row, col = inside(tileset.limits[-1])
    style = tileset.path.split("/styles/")[1].split("/")[0] if "/styles/" in tileset.path else ""
    layer = tileset.owner.rpartition("/")[2].replace("-cells", f"-{style or 'score'}")
    answer = tileset.tile(z, row, col)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content == api.get(f"/tiles/{layer}/{z}/{col}/{row}.png").content
    if style != "applicability":  # whose tiles may well be empty
        assert png.indices(answer.content).any()


def test_oas30_every_path_is_documented(api, tileset):
    paths = api.get("/api").json()["paths"]
    below = tileset.below
    if "/styles/" in below:
        below = "/styles/{styleId}/map/tiles"
    whole = f"/collections/{{collectionId}}{below}"
    for path in (
        whole,
        f"{whole}/{{tileMatrixSetId}}",
        f"{whole}/{{tileMatrixSetId}}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}",
    ):
        assert "200" in paths[path]["get"]["responses"]


def test_pinned_collections_have_tiles_of_their_edition(api, tileset):
    edition = api.get(tileset.owner).json()["edition"]
    pinned = f"{tileset.owner}@{edition}{tileset.below}"
    z, row, col = inside(tileset.limits[-1])
    answer = api.get(f"{pinned}/{TMS}/{z}/{row}/{col}")
    assert answer.content == tileset.tile(z, row, col).content
    assert "immutable" in answer.headers["cache-control"]


def test_tile_matrix_sets_are_listed_and_defined(api):
    """17-083r4: the definition of WebMercatorQuad, annex D.1."""
    listed = api.get("/tileMatrixSets").json()["tileMatrixSets"]
    assert [one["id"] for one in listed] == [TMS]
    found = api.get(rels(listed[0], "self")[0]["href"]).json()
    assert found["id"] == TMS
    assert found["uri"] == f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{TMS}"
    for zoom, matrix in enumerate(found["tileMatrices"]):
        assert matrix["id"] == str(zoom)
        assert matrix["matrixWidth"] == matrix["matrixHeight"] == 1 << zoom
        assert matrix["scaleDenominator"] == pytest.approx(559_082_264.0287178 / 2**zoom)
        assert matrix["pointOfOrigin"] == pytest.approx([-20_037_508.342789, 20_037_508.342789])
    assert api.get("/tileMatrixSets/nothing").status_code == 404
    assert rels(api.get("/").json(), f"{REL}tiling-schemes")


def test_units_have_no_maps_and_cells_no_vector_tiles(api, service_name):
    assert api.get(f"/collections/{service_name}-town/map/tiles").status_code == 404
    assert api.get(f"/collections/{service_name}-town-cells/tiles").status_code == 404
    assert api.get(f"/collections/{service_name}-town-cells/styles/x/map/tiles").status_code == 404
