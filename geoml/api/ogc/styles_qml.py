"""Styles as QGIS reads them (QML): pseudocolour for rasters, graduated symbols for features."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from geoml.api.ogc.styles import Class, Look
from geoml.types import Language

MEDIA_TYPE = "application/vnd.qgis.style+xml"
_HEAD = b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_FARTHEST = 1e9
"""QGIS writes and reads the ends of a graduated class as finite numbers."""


def raster(look: Look, language: Language) -> bytes:
    """The style of a float raster of the quantity: classes that take their upper end."""
    root = _root()
    renderer = _sub(
        _sub(root, "pipe"),
        "rasterrenderer",
        type="singlebandpseudocolor",
        band="1",
        opacity="1",
        alphaBand="-1",
        nodataColor="",
        classificationMin=_number(look.classes[0].last),
        classificationMax=_number(look.classes[-1].low),
    )
    _sub(renderer, "rasterTransparency")
    shader = _sub(
        _sub(renderer, "rastershader"),
        "colorrampshader",
        colorRampType="DISCRETE",
        classificationMode="1",
        clip="0",
    )
    for one in look.classes:
        _sub(
            shader,
            "item",
            value=_number(one.last),
            color=one.colour,
            alpha=str(one.opacity),
            label=one.label.in_(language),
        )
    _sub(root, "blendMode").text = "0"
    return _written(root)


def features(look: Look, language: Language) -> bytes:
    """The style of polygons that have the quantity as a property."""
    root = _root()
    renderer = _sub(
        root,
        "renderer-v2",
        type="graduatedSymbol",
        attr=look.field,
        graduatedMethod="GraduatedColor",
        symbollevels="0",
        enableorderby="1",
        forceraster="0",
    )
    ranges, symbols = _sub(renderer, "ranges"), _sub(renderer, "symbols")
    for number, one in enumerate(look.classes):
        _sub(
            ranges,
            "range",
            symbol=str(number),
            lower=_number(max(one.low, -_FARTHEST)),
            upper=_number(min(one.last, _FARTHEST)),
            label=one.label.in_(language),
            render="true",
        )
        _symbol(symbols, number, one)
    _sub(renderer, "classificationMethod", id="Custom")
    # A building lies in its zone: the larger below the smaller.
    _sub(_sub(renderer, "orderby"), "orderByClause", asc="0", nullsFirst="0").text = "$area"
    return _written(root)


def _symbol(symbols: Element, number: int, one: Class) -> None:
    colours = {"color": ",".join(map(str, (*one.rgb, one.opacity)))}
    told: Mapping[str, str] = {**colours, "style": "solid", "outline_style": "no"}
    symbol = _sub(symbols, "symbol", name=str(number), type="fill", alpha="1", force_rhr="0")
    layer = _sub(symbol, "layer", {"class": "SimpleFill"}, enabled="1", locked="0")
    layer.set("pass", "0")
    options = _sub(layer, "Option", type="Map")
    for name, value in told.items():
        _sub(options, "Option", name=name, type="QString", value=value)
        _sub(layer, "prop", k=name, v=value)  # for QGIS before 3.22


def _root() -> Element:
    return Element("qgis", version="3.22", styleCategories="Symbology")


def _sub(
    parent: Element, tag: str, more: Mapping[str, str] | None = None, **attributes: str
) -> Element:
    return SubElement(parent, tag, {**(more or {}), **attributes})


def _written(root: Element) -> bytes:
    indent(root)
    found: bytes = tostring(root, encoding="utf-8")
    return _HEAD + found + b"\n"


def _number(value: float) -> str:
    return repr(float(value))
