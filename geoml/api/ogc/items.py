"""Pages of features, and one feature: ready-made lines in a frame of links and numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import numpy as np
import shapely

from geoml.api.ogc import media
from geoml.api.ogc.crs import Crs, drawn, known
from geoml.api.ogc.links import asking, link, self_and_alternate
from geoml.api.ogc.query import DEFAULT_LIMIT, Chosen
from geoml.catalog.collections import Collection
from geoml.errors import OutsideData
from geoml.types import Language
from geoml.vector.fragments import feature_line
from geoml.vector.fragments import known as value_known

_GONE = ("start", "f")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for items: what was read of it, and how to ask again."""

    address: str
    pairs: list[tuple[str, str]]
    values: Mapping[str, Any]
    shown: media.Format
    kind: str
    language: Language

    @property
    def start(self) -> int:
        """The first place of the page in the selection."""
        return int(self.values["start"][1]) if "start" in self.values else 0

    @property
    def limit(self) -> int:
        """Most features of the page."""
        return int(self.values.get("limit", DEFAULT_LIMIT))

    @property
    def crs(self) -> Crs:
        """The CRS of the answer."""
        found: Crs = self.values.get("crs") or known("OGC:CRS84")
        return found

    def page_from(self, edition: str, start: int) -> str:
        """The address of the page that begins at ``start``, pinned to the edition."""
        kept = [pair for pair in self.pairs if pair[0] not in _GONE]
        return self.address + asking(kept, f"f={self.shown}&start={edition}.{start}")


def page(collection: Collection, chosen: Chosen, asked: Asked) -> bytes:
    """A FeatureCollection as UTF-8: links, ``timeStamp`` and exact numbers before the features."""
    matched = chosen.stop if isinstance(chosen, slice) else len(chosen)
    start, end = min(asked.start, matched), min(asked.start + asked.limit, matched)
    rows = slice(start, end) if isinstance(chosen, slice) else chosen[start:end]
    head = {
        "type": "FeatureCollection",
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": matched,
        "numberReturned": end - start,
        "links": _page_links(collection, asked, start, end, matched),
    }
    told = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1].encode()
    return b"".join([told, b',"features":[\n', features(collection, rows, asked.crs), b"\n]}\n"])


def one(collection: Collection, fid: str, asked: Asked) -> bytes:
    """One feature with its links; raises OutsideData where there is none of that id."""
    row = collection.row(fid)
    if row is None:
        step = "its id may be that of another edition: GET the items of the collection"
        raise OutsideData("no such feature", where=repr(fid)[:80], next_step=step)
    here = asked.address.rpartition("/items/")[0]
    links = [
        *self_and_alternate(asked.address, asked.pairs, asked.shown, asked.kind, asked.language),
        link("collection", here, media.JSON, collection.title.in_(asked.language)),
        *_about(collection, here),
    ]
    line = features(collection, slice(row, row + 1), asked.crs)
    told = json.dumps(links, ensure_ascii=False, separators=(",", ":")).encode()
    return line.rstrip()[:-1] + b',"links":' + told + b"}\n"


def features(collection: Collection, rows: Chosen, crs: Crs) -> bytes:
    """Features as GeoJSON joined by a comma and a line feed, their coordinates in ``crs``."""
    if crs.name == "OGC:CRS84":
        return collection.page(rows)
    frame = collection.frame(rows)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    texts = shapely.to_geojson(drawn(shapes, collection.crs, crs))
    names = [one.name for one in collection.fields]
    columns = [[value_known(value) for value in frame[name]] for name in names]
    return b",\n".join(
        feature_line(fid, text, dict(zip(names, values, strict=True)))
        for fid, text, *values in zip(frame["id"], texts, *columns, strict=True)
    )


def feature_address(base: str, collection: Collection, fid: str) -> str:
    """Where one feature is."""
    return f"{base}/collections/{collection.id}/items/{quote(fid, safe='')}"


def _page_links(
    collection: Collection, asked: Asked, start: int, end: int, matched: int
) -> list[dict[str, Any]]:
    here = asked.address.rpartition("/items")[0]
    kind = media.HTML if asked.shown == "html" else asked.kind
    found = self_and_alternate(asked.address, asked.pairs, asked.shown, asked.kind, asked.language)
    if end < matched:
        found.append(link("next", asked.page_from(collection.edition, end), kind, "Next page"))
    if start > 0:
        before = asked.page_from(collection.edition, max(0, start - asked.limit))
        found.append(link("prev", before, kind, "Previous page"))
    found.append(link("collection", here, media.JSON, collection.title.in_(asked.language)))
    return [*found, *_about(collection, here)]


def _about(collection: Collection, here: str) -> list[dict[str, Any]]:
    base = here.rpartition("/collections/")[0]
    manifest = f"{base}/editions/{collection.edition}/files/manifest.json"
    return [
        link("describedby", manifest, media.JSON, "What it was made from, and under which licence"),
        link("queryables", f"{here}/queryables", media.SCHEMA, "What a filter may name"),
    ]
