"""The JSON documents of the catalogue: landing page, conformance and collections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from geoml import __version__, catalog
from geoml.api.ogc import media
from geoml.api.ogc.links import link
from geoml.api.security import sees
from geoml.api.stac.entries import METADATA_ONLY, STAC_VERSION, Entry
from geoml.api.stac.shelf import SOURCES, Group
from geoml.catalog import audience
from geoml.contract import Service
from geoml.lifecycle.items import asset_title
from geoml.types import Language, Text

_OGC = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CLASSES = (
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/item-search",
    f"{_OGC}/core",
    f"{_OGC}/oas30",
    f"{_OGC}/geojson",
)
TITLE = Text(fr="Catalogue de geoml", en="Catalogue of geoml")
ABOUT = Text(
    fr="Ce que chaque ville a ingéré, et ce qui en a été publié.",
    en="What every town has ingested, and what was published from it.",
)
_CATALOG: dict[str, Any] = {"type": "Catalog", "stac_version": STAC_VERSION, "id": "geoml"}


def landing(groups: Iterable[Group], base: str, language: Language) -> dict[str, Any]:
    """``/stac``: a STAC Catalog with the doors of the API."""
    here = f"{base}/stac"
    doors = [
        ("service-desc", f"{base}/api", media.OPENAPI, "The API as OpenAPI 3.0"),
        ("service-doc", f"{base}/docs", media.HTML, "The API, to try out"),
        ("conformance", f"{here}/conformance", media.JSON, "The standards that are met"),
        ("data", f"{here}/collections", media.JSON, "Collections"),
    ]
    search = [
        {**link("search", f"{here}/search", media.GEOJSON, "Search"), "method": method}
        for method in ("GET", "POST")
    ]
    children = [
        link("child", address(here, group), media.JSON, title_of(group).in_(language))
        for group in groups
    ]
    return {
        **_CATALOG,
        "title": TITLE.in_(language),
        "description": ABOUT.in_(language),
        "conformsTo": list(CLASSES),
        "links": [
            *_roots(here, here, TITLE, language),
            *(link(*door) for door in doors),
            *search,
            *children,
        ],
    }


def conformance() -> dict[str, Any]:
    """``/stac/conformance``."""
    return {"conformsTo": list(CLASSES)}


def listing(groups: Iterable[Group], base: str, language: Language) -> dict[str, Any]:
    """``/stac/collections``."""
    here = f"{base}/stac"
    found = [collection(group, base, language) for group in groups]
    return {"collections": found, "links": _roots(here, f"{here}/collections", TITLE, language)}


def collection(group: Group, base: str, language: Language) -> dict[str, Any]:
    """One STAC Collection: extents of its items, and what they share."""
    here = f"{base}/stac"
    own = address(here, group)
    found = {
        "type": "Collection",
        "stac_version": STAC_VERSION,
        "stac_extensions": [],
        "id": group.id,
        "title": title_of(group).in_(language),
        "description": _description(group).in_(language),
        "keywords": ["geoml", group.area.name, *([group.service] if group.service else [])],
        "license": _licence(group),
        "extent": {
            "spatial": {"bbox": [_bounds(group)]},
            "temporal": {"interval": [_times(group.entries)]},
        },
        "summaries": _summaries(group),
        "links": [
            *_roots(here, own, title_of(group), language),
            link("parent", here, media.JSON, TITLE.in_(language)),
            link("items", f"{own}/items", media.GEOJSON, "The items"),
            *_collection_links(group, base),
        ],
    }
    if group.kind == "editions":
        found["providers"] = [
            {"name": "geoml", "description": f"geoml {__version__}", "roles": ["processor"]}
        ]
        found["item_assets"] = _item_assets(group, language)
    return found


def title_of(group: Group) -> Text:
    """What a collection is, for people."""
    if group.kind == "sources":
        return Text(fr=f"Sources de {group.area.name}", en=f"Sources of {group.area.name}")
    title = catalog.get(group.service).title
    name = group.area.name
    return Text(fr=f"{title.fr}, {name} : éditions", en=f"{title.en}, {name}: editions")


def _description(group: Group) -> Text:
    if group.kind == "editions":
        return catalog.get(group.service).summary
    return Text(
        fr=f"Les données que {group.area.name} a ingérées. {METADATA_ONLY.fr}",
        en=f"The data that {group.area.name} has ingested. {METADATA_ONLY.en}",
    )


def _licence(group: Group) -> str:
    """The one that all sources state, else ``other``; an edition has none of its own."""
    if group.kind == "editions":
        return "other"
    told = {one.licence for one in group.entries}
    return told.pop() or "other" if len(told) == 1 else "other"


def _bounds(group: Group) -> list[float]:
    boxes = [one.bbox for one in group.entries]
    if not boxes:
        return [round(value, 7) for value in group.area.grid.lonlat_bounds()]
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]


def _times(entries: Sequence[Entry]) -> list[str | None]:
    """First and last moment; the first is open where an item has no date."""
    if not entries:
        return [None, None]
    first = min(one.interval.start for one in entries)
    last = max(one.interval.end for one in entries)
    return [_rfc3339(first) if all(one.dated for one in entries) else None, _rfc3339(last)]


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _summaries(group: Group) -> dict[str, Any]:
    told: dict[str, list[str]] = {"proj:code": [group.area.crs], "geoml:area": [group.area.id]}
    if group.kind == "sources":
        told["geoml:key"] = [one.facet for one in group.entries]
    else:
        told["geoml:service"] = [group.service]
        told["geoml:model"] = sorted({one.facet for one in group.entries})
    return {name: values for name, values in told.items() if values}


def _item_assets(group: Group, language: Language) -> dict[str, Any]:
    """The files that the newest edition has, for whom may see them."""
    service = catalog.get(group.service)
    return {
        key: {
            "title": asset_title_of(service, key, asset, language),
            "type": asset["type"],
            "roles": asset["roles"],
        }
        for key, asset in group.entries[0].document()["assets"].items()
        if sees(audience.of_file(service, asset["href"]))
    }


def _collection_links(group: Group, base: str) -> list[dict[str, Any]]:
    area = link("related", f"{base}/areas/{group.area.id}", media.JSON, "The area")
    if group.kind == "sources":
        return [area]
    sources = f"{base}/stac/collections/{group.area.id}{SOURCES}"
    service = f"{base}/services/{group.service}"
    return [
        area,
        link("derived_from", sources, media.JSON, "The sources of the area"),
        link("describedby", service, media.JSON, "What the service says, and what not"),
    ]


def _roots(here: str, own: str, title: Text, language: Language) -> list[dict[str, Any]]:
    return [
        link("self", own, media.JSON, title.in_(language)),
        link("root", here, media.JSON, TITLE.in_(language)),
    ]


def address(here: str, group: Group) -> str:
    """Where a collection is, below the address of the catalogue."""
    return f"{here}/collections/{group.id}"


def asset_title_of(service: Service, key: str, asset: Mapping[str, Any], language: Language) -> str:
    """What an asset is, for people; the manifest says it itself."""
    return str(asset["title"]) if key == "manifest" else asset_title(service, key).in_(language)
