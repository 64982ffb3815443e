"""The JSON documents of OGC API: landing page, conformance, collections, queryables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from geoml.api.ogc import downloads, licences, media
from geoml.api.ogc.conformance import CLASSES
from geoml.api.ogc.crs import CRS84, known
from geoml.api.ogc.links import link
from geoml.api.ogc.moments import FIRST, LAST, interval
from geoml.api.ogc.shelf import Entry
from geoml.catalog.collections import Collection, Field
from geoml.types import Language, Text

Extra: TypeAlias = Callable[[Collection, str], Sequence[dict[str, Any]]]
"""More links of a collection, below a base address: tiles, styles, downloads."""

DESCRIPTION = Text(
    fr="Où une ville chauffe, où l'eau monte, et quels toits peuvent porter des panneaux solaires.",
    en="Where a town is hot, where it floods and which roofs can carry solar panels.",
)
_REL = "http://www.opengis.net/def/rel/ogc/1.0/"
LANDING_LINKS: list[tuple[str, str, str, str]] = [
    ("service-desc", "/api", media.OPENAPI, "The API as OpenAPI 3.0"),
    ("service-doc", "/docs", media.HTML, "The API, to try out"),
    ("conformance", "/conformance", media.JSON, "The standards that are met"),
    ("data", "/collections", media.JSON, "Collections of features"),
    ("http://www.opengis.net/def/rel/ogc/1.0/data", "/collections", media.JSON, "Collections"),
    (f"{_REL}tiling-schemes", "/tileMatrixSets", media.JSON, "The grids of the tiles"),
    ("related", "/wmts/1.0.0/WMTSCapabilities.xml", "application/xml", "Map tiles as WMTS"),
    ("related", "/maps/", media.HTML, "The map"),
    ("related", "/areas", media.JSON, "Areas and their current editions"),
    ("related", "/services", media.JSON, "Services, their inputs and units"),
]
"""rel, path, media type, title: what the landing page leads to."""
EXTRA: list[Extra] = [downloads.links]
"""Asked for the links of every collection; other parts of the API append to it once."""


def landing(base: str, language: Language) -> dict[str, Any]:
    """The front door, without self and alternate."""
    links = [link(rel, base + path, kind, title) for rel, path, kind, title in LANDING_LINKS]
    return {"title": "geoml", "description": DESCRIPTION.in_(language), "links": links}


def conformance() -> dict[str, Any]:
    """The conformance classes."""
    return {"conformsTo": list(CLASSES), "links": []}


def listing(entries: Sequence[Entry], base: str, language: Language) -> dict[str, Any]:
    """All collections."""
    found = [collection(one, base, language) for one in entries]
    return {
        "links": [],
        "crs": list(dict.fromkeys([CRS84, *(uri for one in entries for uri in one.crs)])),
        "numberMatched": len(found),
        "numberReturned": len(found),
        "collections": found,
    }


def collection(entry: Entry, base: str, language: Language) -> dict[str, Any]:
    """One collection: extents rounded outward, CRSs, and where its features are."""
    one = entry.collection
    return {
        "id": one.id,
        "title": one.title.in_(language),
        "description": one.description.in_(language),
        "links": _links(one, f"{base}/collections/{one.id}", base, language),
        "extent": _extent(one),
        "itemType": "feature",
        "crs": list(entry.crs),
        "storageCrs": known(one.crs).uri,
        "edition": one.edition,
        "numberOfFeatures": len(one),
    }


def queryables(entry: Entry, address: str, language: Language) -> dict[str, Any]:
    """The properties that a filter may name, as JSON Schema (OGC 19-079r2, 6.2)."""
    properties = {one.name: _schema(one, language) for one in entry.collection.fields}
    geometry = {
        "title": Text(fr="Géométrie", en="Geometry").in_(language),
        "x-ogc-role": "primary-geometry",
        "format": "geometry-any",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": entry.collection.title.in_(language),
        "properties": {**properties, "geometry": geometry},
        "additionalProperties": False,
    }


def _links(one: Collection, here: str, base: str, language: Language) -> list[dict[str, Any]]:
    """What a collection leads to; of what is told in one language, in which."""
    items, queried, lang = f"{here}/items", f"{here}/queryables", language
    title = Text(fr="Les entités", en="The features")
    manifest = f"{base}/editions/{one.edition}/files/manifest.json"
    found = [
        link("items", f"{items}?f=json", media.GEOJSON, f"{title.en}, as GeoJSON", lang),
        link("items", f"{items}?f=html", media.HTML, f"{title.en}, as a page", lang),
        link("queryables", queried, media.SCHEMA, "What a filter may name", lang),
        link(f"{_REL}queryables", queried, media.SCHEMA, "Same", lang),
        link("describedby", f"{base}/services/{one.service}", media.JSON, "What it says, and not"),
        link("describedby", manifest, media.JSON, "What it was made from"),
        *licences.links(one.licences, manifest),
    ]
    return [*found, *(more for extra in EXTRA for more in extra(one, base))]


def _extent(one: Collection) -> dict[str, Any]:
    found: dict[str, Any] = {"spatial": {"bbox": [list(one.bbox)], "crs": CRS84}}
    start, end = interval(one.when) if one.when else (FIRST, LAST)
    ends = [None if moment in {FIRST, LAST} else _rfc3339(moment) for moment in (start, end)]
    trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
    return {**found, "temporal": {"interval": [ends], "trs": trs}}


def _rfc3339(moment: Any) -> str:  # noqa: ANN401 - a datetime in UTC
    return str(moment.replace(microsecond=0).isoformat().replace("+00:00", "Z"))


def _schema(one: Field, language: Language) -> dict[str, Any]:
    found = {"title": one.title.in_(language), "type": one.type}
    return {**found, "x-ogc-unit": one.unit} if one.unit else found
