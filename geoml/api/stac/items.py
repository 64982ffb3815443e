"""One item with its links, and pages of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geoml import catalog
from geoml.api.ogc import media
from geoml.api.ogc.links import link
from geoml.api.security import sees
from geoml.api.stac.documents import address, asset_title_of
from geoml.api.stac.entries import MAP_LINKS_EXTENSION, Entry
from geoml.api.stac.shelf import Group
from geoml.catalog import audience
from geoml.catalog.layers import layers_of
from geoml.editions import EditionRef
from geoml.lifecycle.items import asset_title
from geoml.types import Language

_TILEJSON = "application/json"


def item(
    group: Group, entry: Entry, sources: Group, base: str, language: Language
) -> dict[str, Any]:
    """One item with absolute addresses; ``sources`` are those of its area."""
    here = f"{base}/stac"
    up = address(here, group)
    document = {**entry.document(), "collection": group.id}
    document["properties"]["title"] = entry.title.in_(language)
    links = [
        link("self", f"{up}/items/{entry.id}", media.GEOJSON),
        link("root", here, media.JSON),
        link("parent", up, media.JSON),
        link("collection", up, media.JSON),
    ]
    if entry.edition is not None:
        document["properties"]["geoml:current"] = entry.edition.id == group.current
        document["assets"] = _assets(document["assets"], entry.edition, base, language)
        links += _versions(group, entry, up)
        links += _derived(document["properties"]["geoml:sources"], sources, here)
        maps = _maps(entry.edition, base, language)
        if not maps:
            used = [one for one in document["stac_extensions"] if one != MAP_LINKS_EXTENSION]
            document["stac_extensions"] = used
        links += maps
        links.append(link("related", f"{base}/services/{group.service}", media.JSON, "The service"))
    return {**document, "links": links}


def page(
    features: Sequence[dict[str, Any]], matched: int, links: Sequence[dict[str, Any]], here: str
) -> dict[str, Any]:
    """A page of items."""
    return {
        "type": "FeatureCollection",
        "features": list(features),
        "links": [link("root", here, media.JSON), *links],
        "numberMatched": matched,
        "numberReturned": len(features),
    }


def _assets(
    stored: Mapping[str, Any], ref: EditionRef, base: str, language: Language
) -> dict[str, Any]:
    """The files that the caller may see, at the addresses where they are."""
    service, files = catalog.get(ref.service), f"{base}/editions/{ref.id}/files"
    return {
        key: {
            **asset,
            "href": f"{files}/{asset['href']}",
            "title": asset_title_of(service, key, asset, language),
        }
        for key, asset in stored.items()
        if sees(audience.of_file(service, asset["href"]))
    }


def _versions(group: Group, entry: Entry, up: str) -> list[dict[str, Any]]:
    """The editions before and after this one (RFC 5829), and the one that is served."""
    place = group.by_id[entry.id]
    found = []
    if place + 1 < len(group.entries):
        found.append(("predecessor-version", group.entries[place + 1].id))
    if place > 0:
        found.append(("successor-version", group.entries[place - 1].id))
    served = [one.id for one in group.entries if one.edition and one.edition.id == group.current]
    found += [("latest-version", one) for one in served]
    return [link(rel, f"{up}/items/{name}", media.GEOJSON) for rel, name in found]


def _derived(made_from: Mapping[str, Any], sources: Group, here: str) -> list[dict[str, Any]]:
    """The sources that are still those it was made from; ``geoml:sources`` names them all."""
    up = address(here, sources)
    return [
        {
            **link("derived_from", f"{up}/items/{one.id}", media.GEOJSON, one.facet),
            "file:checksum": f"1220{one.sha256}",
        }
        for one in sources.entries
        if made_from.get(one.facet, {}).get("sha256") == one.sha256
    ]


def _maps(ref: EditionRef, base: str, language: Language) -> list[dict[str, Any]]:
    """TileJSON of every layer that the caller may see."""
    service = catalog.get(ref.service)
    return [
        link(
            "tilejson",
            f"{base}/tiles/{layer.id}/tilejson.json",
            _TILEJSON,
            asset_title(service, layer.name).in_(language),
        )
        for layer in layers_of(ref)
        if sees(audience.of_layer(service, layer.name))
    ]
