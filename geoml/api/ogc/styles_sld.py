"""Styles as OGC's Styled Layer Descriptor 1.0.0: GeoServer, MapServer, QGIS, gvSIG read it.

``ColorMap type="intervals"``, whose quantity is the end of a class that it does not include, is
not in OGC 02-070; it is how GeoServer and QGIS extend it.
"""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from geoml.api.ogc.styles import Class, Look
from geoml.types import Language

MEDIA_TYPE = "application/vnd.ogc.sld+xml;version=1.0"
_SLD, _OGC = "http://www.opengis.net/sld", "http://www.opengis.net/ogc"
_ABOVE_ALL = 1e9


def raster(look: Look, name: str, language: Language) -> bytes:
    """The style of a float raster of the quantity."""
    root, style = _root(look, name, language)
    symbolizer = _sub(_sub(style, "Rule"), "RasterSymbolizer")
    colours = _sub(symbolizer, "ColorMap", type="intervals")
    for one in look.classes:
        _sub(
            colours,
            "ColorMapEntry",
            color=one.colour,
            quantity=_number(min(one.high, _ABOVE_ALL)),
            opacity=_opacity(one),
            label=one.label.in_(language),
        )
    return _written(root)


def features(look: Look, name: str, language: Language) -> bytes:
    """The style of polygons that have the quantity as a property; without it they are not drawn."""
    root, style = _root(look, name, language)
    for number, one in enumerate(look.classes):
        rule = _sub(style, "Rule")
        _sub(rule, "Name").text = f"{look.id}-{number}"
        _sub(rule, "Title").text = one.label.in_(language)
        _filter(rule, look.field, one)
        fill = _sub(_sub(rule, "PolygonSymbolizer"), "Fill")
        _sub(fill, "CssParameter", name="fill").text = one.colour
        _sub(fill, "CssParameter", name="fill-opacity").text = _opacity(one)
    return _written(root)


def _root(look: Look, name: str, language: Language) -> tuple[Element, Element]:
    register_namespace("", _SLD)
    register_namespace("ogc", _OGC)
    root = Element(f"{{{_SLD}}}StyledLayerDescriptor", version="1.0.0")
    layer = _sub(root, "NamedLayer")
    _sub(layer, "Name").text = name
    style = _sub(layer, "UserStyle")
    _sub(style, "Name").text = look.id
    _sub(style, "Title").text = look.told(language)
    return root, _sub(style, "FeatureTypeStyle")


def _filter(rule: Element, field: str, one: Class) -> None:
    above = None if one.low == -math.inf else ("PropertyIsGreaterThanOrEqualTo", one.low)
    below = None if one.high == math.inf else ("PropertyIsLessThan", one.high)
    bounds = [bound for bound in (above, below) if bound]
    parent = _sub(rule, "Filter", namespace=_OGC)
    if len(bounds) == 2:
        parent = _sub(parent, "And", namespace=_OGC)
    for tag, value in bounds:
        test = _sub(parent, tag, namespace=_OGC)
        _sub(test, "PropertyName", namespace=_OGC).text = field
        _sub(test, "Literal", namespace=_OGC).text = _number(value)


def _sub(parent: Element, tag: str, namespace: str = _SLD, **attributes: str) -> Element:
    return SubElement(parent, f"{{{namespace}}}{tag}", attributes)


def _written(root: Element) -> bytes:
    indent(root)
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found + b"\n"


def _opacity(one: Class) -> str:
    return f"{one.opacity / 255:.4g}"


def _number(value: float) -> str:
    return repr(float(value))
