"""The XML of WMTS 1.0.0: capabilities (OGC 07-057r7, 7.1.1) and exception reports."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from geoml.api.ogc.tilesets_matrix import TMS, all_limits, matrix_set
from geoml.lifecycle.base import PREFIX
from geoml.types import Language, Text
from tiles.layers import Layer
from tiles.styles import TITLES

WMTS, OWS = "http://www.opengis.net/wmts/1.0", "http://www.opengis.net/ows/1.1"
XLINK, XSI = "http://www.w3.org/1999/xlink", "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = f"{WMTS} http://schemas.opengis.net/wmts/1.0/wmtsGetCapabilities_response.xsd"
_WKSS = "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible"
_CRS = "urn:ogc:def:crs:EPSG::3857"
_PIXEL = 0.28e-3
_TITLE = Text(fr="geoml : cartes tuilées", en="geoml: map tiles")
_ABOUT = Text(
    fr="Où une ville est chaude, où elle est inondable et quels toits peuvent porter du solaire.",
    en="Where a town is hot, where it floods and which roofs can carry solar panels.",
)


def capabilities(
    layers: Sequence[Layer], base: str, language: Language, only: str | None = None
) -> bytes:
    """The capabilities of layers below a base address; ``only`` names the one they are of."""
    root = _root("Capabilities", WMTS, version="1.0.0")
    root.set(f"{{{XSI}}}schemaLocation", _SCHEMA)
    about = _sub(root, OWS, "ServiceIdentification")
    _text(about, OWS, "Title", _TITLE.in_(language))
    _text(about, OWS, "Abstract", _ABOUT.in_(language))
    _text(about, OWS, "ServiceType", "OGC WMTS")
    _text(about, OWS, "ServiceTypeVersion", "1.0.0")
    here = f"{base}/wmts/{only}" if only else f"{base}/wmts"
    _operations(root, f"{base}/wmts?", f"{here}/1.0.0/WMTSCapabilities.xml")
    contents = _sub(root, WMTS, "Contents")
    highest = max((layer.maxzoom for layer in layers), default=0)
    for layer in layers:
        _layer(contents, layer, base, language, highest)
    _matrix_set(contents, highest)
    place = {f"{{{XLINK}}}href": f"{here}/1.0.0/WMTSCapabilities.xml"}
    SubElement(root, f"{{{WMTS}}}ServiceMetadataURL", place)
    return _written(root)


def report(code: str, locator: str, text: str) -> bytes:
    """An exception report (OGC 06-121r3, clause 8)."""
    root = _root("ExceptionReport", OWS, version="1.0.0")
    told = SubElement(root, f"{{{OWS}}}Exception", exceptionCode=code, locator=locator)
    _text(told, OWS, "ExceptionText", text)
    return _written(root)


def _operations(root: Element, by_value: str, document: str) -> None:
    operations = _sub(root, OWS, "OperationsMetadata")
    ways = {
        "GetCapabilities": ((document, "RESTful"), (by_value, "KVP")),
        "GetTile": ((by_value, "KVP"),),
    }
    for name, addresses in ways.items():
        operation = SubElement(operations, f"{{{OWS}}}Operation", name=name)
        http = _sub(_sub(operation, OWS, "DCP"), OWS, "HTTP")
        for address, encoding in addresses:
            get = SubElement(http, f"{{{OWS}}}Get", {f"{{{XLINK}}}href": address})
            constraint = SubElement(get, f"{{{OWS}}}Constraint", name="GetEncoding")
            _text(_sub(constraint, OWS, "AllowedValues"), OWS, "Value", encoding)


def _layer(contents: Element, layer: Layer, base: str, language: Language, highest: int) -> None:
    west, south, east, north = layer.bounds
    found = _sub(contents, WMTS, "Layer")
    _text(found, OWS, "Title", f"{layer.title.in_(language)} ({layer.id})")
    if layer.attribution:
        _text(found, OWS, "Abstract", layer.attribution)
    box = _sub(found, OWS, "WGS84BoundingBox")
    _text(box, OWS, "LowerCorner", f"{west!r} {south!r}")
    _text(box, OWS, "UpperCorner", f"{east!r} {north!r}")
    _text(found, OWS, "Identifier", layer.id)
    for name in style_names(layer):
        _style(found, layer, name, base, language)
    _text(found, WMTS, "Format", layer.media_type)
    matrix = _sub(found, WMTS, "TileMatrixSetLink")
    _text(matrix, WMTS, "TileMatrixSet", TMS)
    _limits(matrix, layer, highest)
    several = "?style={Style}" if len(layer.palettes) > 1 else ""
    place = "{TileMatrix}/{TileCol}/{TileRow}.png"
    SubElement(
        found,
        f"{{{WMTS}}}ResourceURL",
        format=layer.media_type,
        resourceType="tile",
        template=f"{base}/tiles/{layer.id}/{place}{several}",
    )


def style_names(layer: Layer) -> list[str]:
    """The styles of a layer, its default first; imagery has one without a palette."""
    return [layer.default_style, *sorted(set(layer.palettes) - {layer.default_style})]


def _style(found: Element, layer: Layer, name: str, base: str, language: Language) -> None:
    default = name == layer.default_style
    style = SubElement(found, f"{{{WMTS}}}Style", isDefault=str(default).lower())
    if name in TITLES:
        _text(style, OWS, "Title", TITLES[name].in_(language))
    _text(style, OWS, "Identifier", name)
    if not layer.id.startswith(PREFIX):
        query = "" if default else f"?style={name}"
        address = {f"{{{XLINK}}}href": f"{base}/styles/{layer.id}.png{query}"}
        SubElement(style, f"{{{WMTS}}}LegendURL", {"format": "image/png", **address})


def _limits(link: Element, layer: Layer, highest: int) -> None:
    """Up to the highest zoom of the set: QGIS asks for any of it; above its own it is enlarged."""
    lowest = layer.minzoom if layer.web_cog is None else 0  # without values none is drawn below
    found = _sub(link, WMTS, "TileMatrixSetLimits")
    for one in all_limits(layer.bounds, lowest, highest):
        if not (one.min_row and one.min_col):
            continue  # the schema of WMTS allows no 0; where nothing is said, all is allowed
        each = _sub(found, WMTS, "TileMatrixLimits")
        _text(each, WMTS, "TileMatrix", str(one.zoom))
        _text(each, WMTS, "MinTileRow", str(one.min_row))
        _text(each, WMTS, "MaxTileRow", str(one.max_row))
        _text(each, WMTS, "MinTileCol", str(one.min_col))
        _text(each, WMTS, "MaxTileCol", str(one.max_col))


def _matrix_set(contents: Element, highest: int) -> None:
    found = _sub(contents, WMTS, "TileMatrixSet")
    _text(found, OWS, "Identifier", TMS)
    _text(found, OWS, "SupportedCRS", _CRS)
    _text(found, WMTS, "WellKnownScaleSet", _WKSS)
    for one in matrix_set()["tileMatrices"][: highest + 1]:
        matrix = _sub(found, WMTS, "TileMatrix")
        _text(matrix, OWS, "Identifier", one["id"])
        # The cell decides: denominators of the standard are rounded.
        _text(matrix, WMTS, "ScaleDenominator", repr(one["cellSize"] / _PIXEL))
        west, north = one["pointOfOrigin"]
        _text(matrix, WMTS, "TopLeftCorner", f"{west!r} {north!r}")
        for name in ("tileWidth", "tileHeight", "matrixWidth", "matrixHeight"):
            _text(matrix, WMTS, f"{name[0].upper()}{name[1:]}", str(one[name]))


def _root(tag: str, namespace: str, **attributes: str) -> Element:
    for prefix, uri in (("", WMTS), ("ows", OWS), ("xlink", XLINK), ("xsi", XSI)):
        register_namespace(prefix, uri)
    return Element(f"{{{namespace}}}{tag}", attributes)


def _sub(parent: Element, namespace: str, tag: str) -> Element:
    return SubElement(parent, f"{{{namespace}}}{tag}")


def _text(parent: Element, namespace: str, tag: str, text: str) -> None:
    _sub(parent, namespace, tag).text = text


def _written(root: Element) -> bytes:
    indent(root)
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found + b"\n"
