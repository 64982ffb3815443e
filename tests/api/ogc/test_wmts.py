"""WMTS 1.0.0 (OGC 07-057r7): documents valid by OGC's own schemas, addresses that lead to tiles."""

from importlib.resources import files

import numpy as np
import pytest
from lxml import etree

from geoml import catalog
from geoml.contract import LAYERS
from geoml.raster import png

NAMES = {
    "wmts": "http://www.opengis.net/wmts/1.0",
    "ows": "http://www.opengis.net/ows/1.1",
    "xlink": "http://www.w3.org/1999/xlink",
}
HREF = f"{{{NAMES['xlink']}}}href"
ALL = "/wmts/1.0.0/WMTSCapabilities.xml"


@pytest.fixture(scope="module")
def schemas():
    mapproxy = pytest.importorskip("mapproxy", reason="it carries the schemas of OGC")
    folder = files(mapproxy).joinpath("test", "schemas")

    def load(*parts):
        return etree.XMLSchema(etree.parse(str(folder.joinpath(*parts))))

    return {
        "capabilities": load("wmts", "1.0", "wmtsGetCapabilities_response.xsd"),
        "report": load("ows", "1.1.0", "owsExceptionReport.xsd"),
    }


@pytest.fixture(scope="module")
def layer(service_name):
    return f"{service_name}-town-score"


@pytest.fixture(scope="module")
def document(api):
    return etree.fromstring(api.get(ALL).content)


@pytest.fixture(scope="module")
def ask(api, layer):
    """GetTile by name and value, of a tile that is there unless told otherwise."""
    maxzoom = api.get(f"/tiles/{layer}/tilejson.json").json()["maxzoom"]
    west, south, east, north = api.get(f"/tiles/{layer}/tilejson.json").json()["bounds"]
    from morecantile import tms

    middle = (west + east) / 2, (south + north) / 2

    def tile_at(zoom):
        return tms.get("WebMercatorQuad").tile(*middle, zoom)

    tile = tile_at(maxzoom)
    usual = {
        "SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": layer,
        "STYLE": "default", "FORMAT": "image/png", "TILEMATRIXSET": "WebMercatorQuad",
        "TILEMATRIX": str(tile.z), "TILEROW": str(tile.y), "TILECOL": str(tile.x),
    }  # fmt: skip

    def get(**changed):
        given = {**usual, **changed}
        return api.get("/wmts", params={k: v for k, v in given.items() if v is not None})

    get.tile, get.tile_at = tile, tile_at
    return get


def find(node, path):
    return node.findall(path, NAMES)


def text(node, path):
    return node.findtext(path, namespaces=NAMES)


def of_layer(document, name):
    found = find(document, "wmts:Contents/wmts:Layer")
    return next(one for one in found if text(one, "ows:Identifier") == name)


def test_capabilities_are_valid_by_the_schemas_of_ogc(api, schemas, layer):
    for path in (ALL, f"/wmts/{layer}/1.0.0/WMTSCapabilities.xml"):
        answer = api.get(path)
        assert answer.headers["content-type"].startswith("application/xml")
        assert schemas["capabilities"].validate(etree.fromstring(answer.content)), schemas[
            "capabilities"
        ].error_log


def test_one_document_names_every_layer_and_another_only_its_own(api, document, layer):
    names = [text(one, "ows:Identifier") for one in find(document, "wmts:Contents/wmts:Layer")]
    for area in api.get("/areas").json()["areas"]:
        for edition in area["editions"]:
            for name in catalog.get(edition["service"]).layers:
                assert f"{edition['service']}-{area['id']}-{name}" in names
    own = etree.fromstring(api.get(f"/wmts/{layer}/1.0.0/WMTSCapabilities.xml").content)
    assert [text(one, "ows:Identifier") for one in find(own, "wmts:Contents/wmts:Layer")] == [layer]
    assert api.get("/wmts/nothing/1.0.0/WMTSCapabilities.xml").status_code == 404


def test_no_address_has_a_comma(document):
    """GDAL cuts what it is told at commas."""
    addresses = [one.get("template") or one.get(HREF) or "" for one in document.iter()]
    assert any(addresses)
    assert not [one for one in addresses if "," in one]


def test_the_address_of_a_tile_leads_to_the_map_tile(api, document, ask, layer):
    resource = find(of_layer(document, layer), "wmts:ResourceURL")[0]
    z, x, y = ask.tile.z, ask.tile.x, ask.tile.y
    place = resource.get("template").replace("{TileMatrix}", str(z))
    place = place.replace("{TileCol}", str(x)).replace("{TileRow}", str(y))
    place = place.replace("{Style}", "default")
    assert "{" not in place
    answer = api.get(place)
    assert answer.headers["content-type"] == resource.get("format")
    assert answer.content == api.get(f"/tiles/{layer}/{z}/{x}/{y}.png").content
    assert png.indices(answer.content).any()


def test_limits_hold_every_finished_tile(api, document, layer):
    """And no more than a ring around: what they say is what is there."""
    archive = api.app.state.served.edition(*layer.split("-")[:2]).folder / "tiles-score.pmtiles"
    from tiles.archive import Archive

    tiles = Archive(archive)
    rows = {}
    for one in find(of_layer(document, layer), ".//wmts:TileMatrixLimits"):
        z, *ends = (int(child.text) for child in one)
        rows[z] = ends
    highest = tiles.header["max_zoom"]
    low_row, high_row, low_col, high_col = rows[highest]
    there = [
        (x, y)
        for x in range(low_col - 2, high_col + 3)
        for y in range(low_row - 2, high_row + 3)
        if tiles.get(highest, x, y)
    ]
    assert there
    assert all(low_col <= x <= high_col and low_row <= y <= high_row for x, y in there)


def test_matrices_are_those_of_the_well_known_scale_set(document):
    """07-057r7, annex E.4, GoogleMapsCompatible: scale denominator of zooms 0 and 18."""
    scales = {
        text(one, "ows:Identifier"): float(text(one, "wmts:ScaleDenominator"))
        for one in find(document, "wmts:Contents/wmts:TileMatrixSet/wmts:TileMatrix")
    }
    assert scales["0"] == pytest.approx(559_082_264.0287178, rel=1e-9)
    for zoom, scale in scales.items():
        assert scale == pytest.approx(559_082_264.0287178 / 2 ** int(zoom), rel=1e-9)


def test_boxes_are_those_of_the_layer(api, document, layer):
    found = of_layer(document, layer)
    corners = [text(found, f"ows:WGS84BoundingBox/ows:{end}Corner") for end in ("Lower", "Upper")]
    told = [float(value) for corner in corners for value in corner.split()]
    assert told == api.get(f"/tiles/{layer}/tilejson.json").json()["bounds"]


@pytest.mark.parametrize("name", LAYERS)
def test_legend_addresses_lead_to_a_picture(api, document, service_name, name):
    styles = find(of_layer(document, f"{service_name}-town-{name}"), "wmts:Style")
    assert [one.get("isDefault") for one in styles] == ["true"] + ["false"] * (len(styles) - 1)
    pictures = set()
    for style in styles:
        legend = find(style, "wmts:LegendURL")[0]
        answer = api.get(legend.get(HREF))
        assert answer.headers["content-type"] == "image/png" == legend.get("format")
        pictures.add(answer.content)
    assert len(pictures) == len(styles)  # each in its own colours


def test_tiles_by_name_and_value_are_the_same(api, ask, layer):
    z, x, y = ask.tile.z, ask.tile.x, ask.tile.y
    same = api.get(f"/tiles/{layer}/{z}/{x}/{y}.png")
    assert ask().content == same.content
    lower = {name.lower(): value for name, value in ask().request.url.params.items()}
    assert api.get("/wmts", params={**lower, "dpi": "96"}).content == same.content
    assert ask(STYLE="").content == same.content  # empty is the default style
    again = api.get("/wmts", params=lower, headers={"if-none-match": ask().headers["etag"]})
    assert again.status_code == 304
    assert not again.content


@pytest.mark.parametrize(
    ("changed", "code", "locator"),
    [
        ({"REQUEST": None}, "MissingParameterValue", "request"),
        ({"REQUEST": "GetMap"}, "OperationNotSupported", "request"),
        ({"SERVICE": "WMS"}, "InvalidParameterValue", "service"),
        ({"VERSION": "2.0.0"}, "InvalidParameterValue", "version"),
        ({"LAYER": "../../etc/passwd"}, "InvalidParameterValue", "Layer"),
        ({"LAYER": "/vsicurl/http://127.0.0.1/"}, "InvalidParameterValue", "Layer"),
        ({"STYLE": "rainbow"}, "InvalidParameterValue", "style"),
        ({"FORMAT": "image/tiff"}, "InvalidParameterValue", "format"),
        ({"TILEMATRIXSET": "EPSG:4326"}, "InvalidParameterValue", "tilematrixset"),
        ({"TILEMATRIX": "-1"}, "InvalidParameterValue", "tilematrix"),
        ({"TILEMATRIX": "99"}, "InvalidParameterValue", "tilematrix"),
        ({"TILEROW": "1e3"}, "InvalidParameterValue", "tilerow"),
        ({"TILEROW": "0"}, "TileOutOfRange", "tilerow"),
        ({"TILEMATRIX": "25"}, "InvalidParameterValue", "tilematrix"),
        ({"TILECOL": "999999999"}, "TileOutOfRange", "tilecol"),
        ({"TILECOL": "9" * 400}, "InvalidParameterValue", "tilecol"),
    ],
)
def test_what_is_wrong_is_said_in_a_report(ask, schemas, changed, code, locator):
    answer = ask(**changed)
    assert answer.status_code == 400
    report = etree.fromstring(answer.content)
    assert schemas["report"].validate(report), schemas["report"].error_log
    told = find(report, "ows:Exception")[0]
    assert (told.get("exceptionCode"), told.get("locator")) == (code, locator)


def test_capabilities_by_name_and_value_are_the_same_document(api):
    asked = api.get("/wmts?service=WMTS&request=GetCapabilities&AcceptVersions=1.0.0")
    assert asked.content == api.get(ALL).content


def test_base_layers_are_images_without_a_legend(api, document):
    found = of_layer(document, "base-town")
    assert text(found, "wmts:Format") == "image/webp"
    assert not find(found, "wmts:Style/wmts:LegendURL")
    z = max(int(one.text) for one in find(found, ".//wmts:TileMatrixLimits/wmts:TileMatrix"))
    limits = next(
        one
        for one in find(found, ".//wmts:TileMatrixLimits")
        if text(one, "wmts:TileMatrix") == str(z)
    )
    row, col = text(limits, "wmts:MinTileRow"), text(limits, "wmts:MinTileCol")
    place = find(found, "wmts:ResourceURL")[0].get("template")
    place = place.replace("{TileMatrix}", str(z)).replace("{TileCol}", col)
    answer = api.get(place.replace("{TileRow}", row))
    assert answer.status_code == 200
    assert np.frombuffer(answer.content[:4], np.uint8).any()


def test_titles_are_in_the_language_of_the_client(api, document, service, layer):
    french = etree.fromstring(api.get(ALL, headers={"accept-language": "fr"}).content)
    assert catalog.get(service.name).title.fr in text(of_layer(french, layer), "ows:Title")
    assert service.title.en in text(of_layer(document, layer), "ows:Title")


def test_every_zoom_of_the_set_is_answered(api, document, ask):
    """QGIS asks for any zoom that the set of matrices has, whatever a layer's limits say."""
    sets = find(document, "wmts:Contents/wmts:TileMatrixSet/wmts:TileMatrix")
    highest = max(int(text(one, "ows:Identifier")) for one in sets)
    for zoom in range(highest + 1):
        tile = ask.tile_at(zoom)
        answer = ask(TILEMATRIX=str(zoom), TILEROW=str(tile.y), TILECOL=str(tile.x))
        assert answer.status_code == 200, zoom
        assert answer.headers["content-type"] == "image/png"
