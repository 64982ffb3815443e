"""Styles: every program is told the colours of the map, for every value."""

import json
import math
import operator
from xml.etree import ElementTree

import numpy as np
import pytest

from geoml import catalog
from geoml.api.ogc import styles, styles_maplibre, styles_qml, styles_sld
from geoml.contract import PROBABILITY
from geoml.lifecycle.web import FLAG, palette_of
from geoml.raster.coding import applicability_index, score_index

SLD = "{http://www.opengis.net/sld}"
OGC = "{http://www.opengis.net/ogc}"
ENDINGS = {
    "qml": "application/vnd.qgis.style+xml",
    "sld": "application/vnd.ogc.sld+xml;version=1.0",
    "png": "image/png",
    "json": "application/vnd.mapbox.style+json",
}
SCORES = np.unique(
    np.concatenate(
        [np.linspace(0, 100, 997), *(np.nextafter(v, [0, 101]) for v in range(0, 101, 20))]
    ).astype(np.float32)
)
RATIOS = np.array([0, 0.3, 1, np.nextafter(np.float32(1), np.float32(2)), 1.5, 40], np.float32)


EVERY = [(name, style) for name in catalog.names() for style in catalog.get(name).layers]


@pytest.fixture(params=EVERY, ids="-".join)
def style(request):
    return request.param[1]


@pytest.fixture
def declared(request, style):
    return catalog.get(request.node.callspec.params["style"][0])


@pytest.fixture
def look(declared, style):
    return styles.look(declared, style)


@pytest.fixture
def on_the_map(declared, style):
    """Values, and the colour of each on the map: the very palette of its tiles."""
    values = RATIOS if style == FLAG else SCORES
    index = (applicability_index if style == FLAG else score_index)(values)
    return values, palette_of(declared, style)[index]


def hexed(colour, opacity):
    return [*bytes.fromhex(colour[1:]), int(opacity)]


def test_classes_are_coloured_as_the_map(look, on_the_map):
    values, colours = on_the_map
    for value, colour in zip(values, colours, strict=True):
        (one,) = [each for each in look.classes if each.low <= value < each.high]
        assert hexed(one.colour, one.opacity) == colour.tolist(), value


def test_qml_of_rasters_is_coloured_as_the_map(look, on_the_map):
    """QGIS takes the first item whose value is not below the pixel's."""
    root = ElementTree.fromstring(styles_qml.raster(look, "en").split(b"\n", 1)[1])
    items = root.findall(".//colorrampshader/item")
    for value, colour in zip(*on_the_map, strict=True):
        one = next(each for each in items if value <= float(each.get("value")))
        assert hexed(one.get("color"), one.get("alpha")) == colour.tolist(), value


def test_qml_of_features_is_coloured_as_the_map(look, on_the_map):
    """QGIS takes the first range that holds the value, both ends included."""
    root = ElementTree.fromstring(styles_qml.features(look, "en").split(b"\n", 1)[1])
    assert root.find("renderer-v2").get("attr") == look.field
    symbols = {
        one.get("name"): one.find("layer/Option/Option[@name='color']").get("value")
        for one in root.findall(".//symbols/symbol")
    }
    ranges = root.findall(".//ranges/range")
    for value, colour in zip(*on_the_map, strict=True):
        one = next(r for r in ranges if float(r.get("lower")) <= value <= float(r.get("upper")))
        assert [int(v) for v in symbols[one.get("symbol")].split(",")] == colour.tolist(), value


def test_sld_of_rasters_is_coloured_as_the_map(look, on_the_map):
    """An interval ends before its quantity."""
    root = ElementTree.fromstring(styles_sld.raster(look, "layer", "en"))
    entries = root.findall(f".//{SLD}ColorMapEntry")
    for value, colour in zip(*on_the_map, strict=True):
        one = next(each for each in entries if value < float(each.get("quantity")))
        opacity = round(float(one.get("opacity")) * 255)
        assert hexed(one.get("color"), opacity) == colour.tolist(), value


def test_sld_of_features_is_coloured_as_the_map(look, on_the_map):
    root = ElementTree.fromstring(styles_sld.features(look, "layer", "en"))
    rules = [
        (
            {
                test.tag.removeprefix(OGC): float(test.find(f"{OGC}Literal").text)
                for test in rule.iter()
                if test.tag.startswith(f"{OGC}PropertyIs")
            },
            *(one.text for one in rule.iter(f"{SLD}CssParameter")),
        )
        for rule in root.iter(f"{SLD}Rule")
    ]
    for value, colour in zip(*on_the_map, strict=True):
        found = [
            hexed(fill, round(float(opacity) * 255))
            for bounds, fill, opacity in rules
            if bounds.get("PropertyIsGreaterThanOrEqualTo", -math.inf)
            <= value
            < bounds.get("PropertyIsLessThan", math.inf)
        ]
        assert found == [colour.tolist()], value


def test_maplibre_layers_are_coloured_as_the_map(declared, look, on_the_map):
    written = styles_maplibre.vector(look, "https://town/tiles", "units", declared.units, "en")
    layers = json.loads(written)["layers"]
    for kind in declared.units:
        for value, colour in zip(*on_the_map, strict=True):
            unit = {"kind": kind, look.field: float(value)}
            drawn = [
                hexed(one["paint"]["fill-color"], round(one["paint"]["fill-opacity"] * 255))
                for one in layers
                if holds(one["filter"], unit)
            ]
            assert drawn == ([colour.tolist()] if colour[3] else []), (unit, drawn)
        assert not [one for one in layers if holds(one["filter"], {"kind": kind})]


def test_maplibre_styles_of_units_are_of_what_the_tiles_carry(api, declared, style):
    path = f"/collections/{declared.name}-town"
    (layer,) = api.get(f"{path}/tiles/WebMercatorQuad?f=tilejson").json()["vector_layers"]
    answer = api.get(f"{path}/styles/{style}.json")
    there = styles.look(declared, style).field in layer["fields"]
    assert answer.status_code == (200 if there else 404)


def test_the_first_kind_of_units_is_drawn_above_the_others(api, collection):
    """And none that the collection does not hold."""
    section, units = collection.opened.section, collection.service.units
    if section.kind == "cells":
        pytest.skip("cells are drawn by their map")
    layers = api.get(f"{collection.path}/styles/score.json").json()["layers"]
    kinds = dict.fromkeys(one["filter"][1][2] for one in layers)
    assert list(kinds) == [one for one in reversed(units) if one in (section.kinds or units)]


def holds(expression, unit):
    """Whether a filter of the MapLibre style specification holds; of what our styles use."""
    name, *parts = expression
    if name == "all":
        return all(holds(one, unit) for one in parts)
    if name == "has":
        return parts[0] in unit
    (_, field), value = parts
    tests = {"==": operator.eq, ">=": operator.ge, "<": operator.lt}
    return field in unit and tests[name](unit[field], value)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_layer_has_styles(api, declared, style, ending):
    path = f"/styles/{declared.name}-town-{style}.{ending}"
    answer = api.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["content-type"].partition(";charset")[0] == ENDINGS[ending]
    assert api.head(path).headers["content-length"] == answer.headers["content-length"]


def test_collections_lead_to_their_styles(api, collection):
    """Of every layer in every way, but that vector tiles carry no bounds to draw."""
    (link,) = [one for one in collection.document["links"] if one["rel"].endswith("/styles")]
    listed = api.get(link["href"]).json()
    of_units = [name for name in collection.service.layers if name != PROBABILITY]  # of pixels
    assert [one["id"] for one in listed["styles"]] == of_units
    assert listed["default"] == "score"
    for one in listed["styles"]:
        bounds = "-cells" not in collection.id and one["id"] in {"lower", "upper", "applicability"}
        assert len(one["links"]) == len(ENDINGS) - bounds
        for link in one["links"]:
            answer = api.get(link["href"])
            assert answer.status_code == 200
            assert answer.headers["content-type"].startswith(link["type"]), link
            assert ("public" in answer.headers["cache-control"]) == (not collection.headers)


def test_sources_of_maplibre_styles_are_there(api, collection):
    ids = ["score", *(one.name for one in collection.service.parts)]
    for path in (
        f"/styles/{collection.service.name}-town-score.json",
        *(f"{collection.path}/styles/{name}.json" for name in ids),
    ):
        style = api.get(path).json()
        assert style["version"] == 8
        (source,) = style["sources"].values()
        told = api.get(source["url"]).json()
        assert told["tilejson"] == "3.0.0"
        for layer in style["layers"]:
            inside = [one["id"] for one in told.get("vector_layers", [])]
            assert layer.get("source-layer") in (inside or [None])


def test_words_are_in_the_language_that_is_asked_for(api, service, service_name):
    path = f"/collections/{service_name}-town/styles/score"
    for language in ("fr", "en"):
        word = service.legend.labels[0].in_(language)
        for ending in ("qml", "sld"):
            assert word in api.get(f"{path}.{ending}?lang={language}").text
            preferred = api.get(f"{path}.{ending}", headers={"accept-language": language})
            assert word in preferred.text
    pictures = {api.get(f"{path}.png?lang={language}").content for language in ("fr", "en")}
    assert len(pictures) == 2


def test_legends_show_the_colours_and_the_letters_of_the_words(api, service, service_name):
    """Every colour is there; a word with an accent is no box of a missing letter."""
    import io

    from PIL import Image

    answer = api.get(f"/styles/{service_name}-town-score.png")
    image = Image.open(io.BytesIO(answer.content)).convert("RGB")
    shown = {f"#{bytes(colour).hex()}" for _, colour in image.getcolors(1 << 16)}
    assert set(service.legend.colours) <= shown
    from importlib.resources import files

    from PIL import ImageFont

    font = files("geoml.api.ogc").joinpath("legend.ttf").read_bytes()
    letters = ImageFont.truetype(io.BytesIO(font), 40)

    def drawn(letter):
        return bytes(letters.getmask(letter))

    missing = drawn("\uffff")
    words = [one.in_(language) for one in service.legend.labels for language in ("fr", "en")]
    for letter in {*"".join(words), *"éèàùçôîœ"} - {" ", "\u00a0", "\u202f"}:
        assert drawn(letter) != missing, letter


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/styles/{service}-town-score.exe", 404),
        ("/styles/{service}-atlantis-score.qml", 404),
        ("/styles/base-town.qml", 404),
        ("/styles/..%2f..%2fetc%2fpasswd.qml", 404),
        ("/collections/{service}-town/styles/rainbow.qml", 404),
        ("/collections/{service}-atlantis/styles", 404),
        ("/styles/{service}-town-score.qml?lang=de", 400),
        ("/styles/{service}-town-score.qml?style=viridis", 400),
        ("/styles/{service}-town-score.png?style=rainbow", 400),
        ("/styles/{service}-town-applicability.png?style=viridis", 404),
    ],
)
def test_what_is_not_there_is_refused(api, service_name, path, status):
    answer = api.get(path.format(service=service_name))
    assert answer.status_code == status
    assert json.loads(answer.content)["status"] == status
