"""OGC API - Tiles, part 1 (20-057): what tilesets a collection has, and their metadata.

The cells of a town are drawn as maps, one style for each thing that is known of a cell; its units
are vector tiles. All lie on one grid, WebMercatorQuad.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from geoml.api.ogc import media
from geoml.api.ogc.crs import CRS84
from geoml.api.ogc.links import link
from geoml.api.ogc.styles import DEFAULT
from geoml.api.ogc.tilesets_matrix import (
    TMS,
    TMS_CRS,
    TMS_URI,
    all_limits,
    matrix_set,
)
from geoml.api.ogc.vectortiles import MVT, VectorTiles
from geoml.catalog.collections import Collection
from geoml.types import Language, Text
from geoml.vector.packed import Box
from tiles.layers import Layer

REL = "http://www.opengis.net/def/rel/ogc/1.0/"
TILEJSON = "application/json"


@dataclass(frozen=True, slots=True)
class Tileset:
    """One set of tiles of a collection; ``path`` is its address without the matrix set.

    ``bounds`` are west, south, east, north in degrees. ``tilejson`` adds what only one kind has.
    """

    path: str
    kind: Literal["map", "vector"]
    title: Text
    collection: str
    bounds: Box
    zooms: tuple[int, int]
    media_type: str
    style: str = ""
    attribution: str = ""
    vector_layers: Sequence[dict[str, Any]] = ()

    @property
    def template(self) -> str:
        """Path of its tiles with the variables of OGC API."""
        return f"{self.path}/{TMS}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"


def of_layer(collection: Collection, layer: Layer, style: str | None) -> Tileset:
    """The map tiles that a layer draws of a collection of cells."""
    below = f"/collections/{collection.id}" + (f"/styles/{style}" if style else "")
    return Tileset(
        path=f"{below}/map/tiles",
        kind="map",
        title=layer.title,
        collection=collection.id,
        bounds=layer.bounds,
        zooms=(0, layer.maxzoom),  # below the finished ones a tile is drawn from the overviews
        media_type=layer.media_type,
        style=style or DEFAULT,
        attribution=layer.attribution,
    )


def of_vectors(collection: Collection, tiles: VectorTiles) -> Tileset:
    """The vector tiles of a collection of units."""
    zooms = tiles.zooms(collection)
    return Tileset(
        path=f"/collections/{collection.id}/tiles",
        kind="vector",
        title=collection.title,
        collection=collection.id,
        bounds=tiles.bounds(collection),
        zooms=zooms,
        media_type=MVT,
        vector_layers=tiles.layers(collection),
    )


def layer_id(collection: Collection, style: str) -> str:
    """The map layer that draws a collection of cells in a style."""
    pin = f"@{collection.edition}" if collection.pinned else ""
    return f"{collection.service}-{collection.area}-{style}{pin}"


def collection_links(collection: Collection, base: str) -> list[dict[str, Any]]:
    """What a collection leads to here: its tilesets and its styles."""
    here = f"{base}/collections/{collection.id}"
    found = [link(f"{REL}styles", f"{here}/styles", media.JSON, "How it may be drawn")]
    if collection.kind == "cells":
        href = f"{here}/map/tiles"
        return [*found, link(f"{REL}tilesets-map", href, media.JSON, "Map tiles")]
    return [*found, link(f"{REL}tilesets-vector", f"{here}/tiles", media.JSON, "Vector tiles")]


def matrix_sets(base: str) -> dict[str, Any]:
    """``/tileMatrixSets``."""
    whole = matrix_set()
    here = link("self", f"{base}/tileMatrixSets/{TMS}", media.JSON, whole["title"])
    short = {name: whole[name] for name in ("id", "title", "uri", "crs")}
    own = link("self", f"{base}/tileMatrixSets", media.JSON, "The grids of the tiles")
    return {"links": [own], "tileMatrixSets": [{**short, "links": [here]}]}


def listing(sets: Sequence[Tileset], address: str, base: str, language: Language) -> dict[str, Any]:
    """The list of tilesets at one address."""
    own = link("self", address, media.JSON, "This document")
    return {"links": [own], "tilesets": [_short(one, base, language) for one in sets]}


def document(one: Tileset, base: str, language: Language) -> dict[str, Any]:
    """Metadata of a tileset (OGC 17-083r4, 7.5)."""
    west, south, east, north = one.bounds
    found = {
        **_short(one, base, language),
        "mediaTypes": [one.media_type],
        "tileMatrixSetLimits": [each.as_dict() for each in all_limits(one.bounds, *one.zooms)],
        "boundingBox": {"lowerLeft": [west, south], "upperRight": [east, north], "crs": CRS84},
        "centerPoint": {
            "coordinates": [(west + east) / 2, (south + north) / 2],
            "tileMatrix": str(one.zooms[1]),
            "crs": CRS84,
        },
    }
    if one.attribution:
        found["attribution"] = one.attribution
    if one.style:
        found["style"] = {"id": one.style, "title": one.title.in_(language)}
    if one.kind == "vector":
        found["layers"] = [_layer(each, one) for each in one.vector_layers]
    found["links"] = [*found["links"], *_more_links(one, base)]
    return found


def tilejson(one: Tileset, base: str, language: Language) -> dict[str, Any]:
    """The same as TileJSON 3.0."""
    west, south, east, north = one.bounds
    place = one.template.replace("{tileMatrix}", "{z}")
    place = place.replace("{tileRow}", "{y}").replace("{tileCol}", "{x}")
    found = {
        "tilejson": "3.0.0",
        "name": one.title.in_(language),
        "scheme": "xyz",
        "tiles": [base + place],
        "minzoom": one.zooms[0],
        "maxzoom": one.zooms[1],
        "bounds": list(one.bounds),
        "center": [(west + east) / 2, (south + north) / 2, one.zooms[0]],
        "attribution": one.attribution,
    }
    if one.kind == "vector":
        found["vector_layers"] = list(one.vector_layers)
    return found


def _short(one: Tileset, base: str, language: Language) -> dict[str, Any]:
    here = f"{base}{one.path}/{TMS}"
    return {
        "title": one.title.in_(language),
        "dataType": one.kind,
        "crs": TMS_CRS,
        "tileMatrixSetURI": TMS_URI,
        "links": [
            link("self", here, media.JSON, "This tileset"),
            link(f"{REL}tiling-scheme", f"{base}/tileMatrixSets/{TMS}", media.JSON, TMS),
        ],
    }


def _more_links(one: Tileset, base: str) -> list[dict[str, Any]]:
    tiles = link("item", base + one.template, one.media_type, "A tile")
    tilejson = f"{base}{one.path}/{TMS}?f=tilejson"
    owner = f"{base}/collections/{one.collection}"
    return [
        {**tiles, "templated": True},
        link("describedby", tilejson, TILEJSON, "The same as TileJSON"),
        link(f"{REL}geodata", owner, media.JSON, "What the tiles show"),
    ]


def _layer(layer: dict[str, Any], one: Tileset) -> dict[str, Any]:
    kinds = {"String": "string", "Number": "number"}
    properties = {name: {"type": kinds[kind]} for name, kind in layer["fields"].items()}
    return {
        "id": layer["id"],
        "title": layer["description"],
        "dataType": "vector",
        "geometryDimension": 2,
        "minTileMatrix": str(one.zooms[0]),
        "maxTileMatrix": str(one.zooms[1]),
        "propertiesSchema": {"type": "object", "properties": properties},
    }
