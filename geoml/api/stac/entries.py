"""What the catalogue holds of one item: enough to search it, and the document, packed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely

from geoml import catalog, editions
from geoml.api.ogc.moments import Interval
from geoml.areas.area import Area
from geoml.areas.ingest.stac import licence_id
from geoml.files import read_json
from geoml.lifecycle.items import PROCESSING_EXTENSION
from geoml.types import Text

STAC_VERSION = "1.1.0"
VERSION_EXTENSION = "https://stac-extensions.github.io/version/v1.2.0/schema.json"
MAP_LINKS_EXTENSION = "https://stac-extensions.github.io/web-map-links/v1.2.0/schema.json"
_FILE_EXTENSION = "https://stac-extensions.github.io/file/"
_TOLD = (
    "geoml:model", "geoml:reference", "geoml:features", "geoml:synthetic", "geoml:date_unknown",
)  # fmt: skip
METADATA_ONLY = Text(
    fr="Métadonnées seulement : le fichier source demeure à la ville et ne se télécharge pas.",
    en="Metadata only: the file of the source stays with the town and is not for download.",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item, small enough to hold thousands of them.

    ``outline`` is in longitude and latitude, ``interval`` holds both its ends. ``facet`` is the
    key of a source or the model of an edition, ``sha256`` that of a source.
    """

    id: str
    outline: Any
    bbox: tuple[float, float, float, float]
    interval: Interval
    dated: bool
    title: Text
    facet: str
    licence: str | None
    packed: bytes
    sha256: str = ""
    edition: editions.EditionRef | None = None

    def document(self) -> dict[str, Any]:
        """The item without its links; the hrefs of its assets are names of files."""
        found: dict[str, Any] = json.loads(zlib.decompress(self.packed))
        return found


def of_source(area: Area, key: str, stored: Mapping[str, Any]) -> Entry:
    """The item of a source, without the file: who asks may know of it and not have it."""
    asset = stored["assets"]["data"]  # what lies around the area is kept beside it
    quantity = stored["properties"]["geoml:quantity"]
    title = Text(fr=f"{area.name} : {key} ({quantity})", en=f"{area.name}: {key} ({quantity})")
    digest = str(asset["file:checksum"]).removeprefix("1220")
    properties = {
        **stored["properties"],
        "description": METADATA_ONLY.en,
        "geoml:downloadable": False,
        "geoml:sha256": digest,
        "geoml:size": asset["file:size"],
        "geoml:media_type": asset["type"],
    }
    if "license" in properties:  # of before STAC's rule was kept, free text
        properties["license"] = licence_id(properties["license"])
    extensions = [one for one in stored["stac_extensions"] if not one.startswith(_FILE_EXTENSION)]
    document = {
        **stored, "stac_extensions": extensions, "properties": properties, "assets": {},
    }  # fmt: skip
    return _entry(str(stored["id"]), title, document, facet=key, sha256=digest)


def of_edition(area: Area, ref: editions.EditionRef) -> Entry:
    """The item of an edition, from what was published with it."""
    stored, manifest = read_json(ref.folder / "edition.json"), ref.manifest()
    service = catalog.get(ref.service)
    there = stored["properties"]
    title = Text(
        fr=f"{service.title.fr}, {area.name}, {ref.id}",
        en=f"{service.title.en}, {area.name}, {ref.id}",
    )
    properties = {
        **{name: there[name] for name in ("datetime", "start_datetime", "end_datetime")
           if name in there},
        "description": service.summary.en,
        "created": _utc(manifest["created"]),
        "version": ref.id,
        "proj:code": there["proj:code"],
        "processing:software": {"geoml": manifest["code_version"]},
        "geoml:service": ref.service,
        "geoml:area": ref.area,
        "geoml:edition": ref.id,
        **{name: there[name] for name in _TOLD if name in there},
        "geoml:sources": manifest["sources"],
        "geoml:warnings": manifest.get("warnings", []),
    }  # fmt: skip
    more = (PROCESSING_EXTENSION, VERSION_EXTENSION, MAP_LINKS_EXTENSION)
    document = {
        **stored,
        "stac_extensions": list(dict.fromkeys([*stored["stac_extensions"], *more])),
        "properties": properties,
        "assets": _assets(stored, manifest),
    }
    # In small letters, as STAC's best practices have identifiers; ``version`` is the edition's id.
    id_ = f"{ref.service}-{ref.area}-{ref.id}".lower()
    return _entry(id_, title, document, facet=manifest["model"], edition=ref)


def _entry(
    id_: str,
    title: Text,
    document: dict[str, Any],
    *,
    facet: str,
    sha256: str = "",
    edition: editions.EditionRef | None = None,
) -> Entry:
    document.pop("links", None)
    document.update(id=id_, stac_version=STAC_VERSION)
    told = document["properties"]
    west, south, east, north = document["bbox"]
    moment = told["datetime"]
    start = datetime.fromisoformat(moment or told["start_datetime"])
    end = datetime.fromisoformat(moment or told["end_datetime"])
    return Entry(
        id=id_,
        outline=shapely.geometry.shape(document["geometry"]),
        bbox=(west, south, east, north),
        interval=Interval(start, end),
        dated=moment is not None,
        title=title,
        facet=facet,
        licence=told.get("license"),
        packed=zlib.compress(json.dumps(document, separators=(",", ":")).encode(), 1),
        sha256=sha256,
        edition=edition,
    )


def _assets(stored: Mapping[str, Any], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The files, their hrefs as bare names; the manifest beside them."""
    found: dict[str, Any] = {}
    for key, asset in stored["assets"].items():
        name = asset["href"].removeprefix("./")
        if name in manifest["files"]:
            found[key] = {**_placed(stored["properties"], name, asset), "href": name}
    found["manifest"] = {
        "href": "manifest.json",
        "type": "application/json",
        "title": "What it was made from, and the SHA-256 of every file",
        "roles": ["metadata"],
    }
    return found


def _placed(properties: Mapping[str, Any], name: str, asset: Mapping[str, Any]) -> dict[str, Any]:
    """An asset that says its own grid; the items of the first editions said it for all of them."""
    grid = {key: properties[key] for key in ("proj:shape", "proj:transform") if key in properties}
    if not grid or "proj:code" in asset:
        return dict(asset)
    if name.endswith((".pmtiles", "-web.tif")):
        return {**asset, "proj:code": "EPSG:3857"}
    if name.endswith((".geojson", ".arrow")):
        return {**asset, "proj:code": "OGC:CRS84"}
    return {**asset, **grid} if name.endswith(".tif") else dict(asset)


def _utc(moment: str) -> str:
    return moment.replace("+00:00", "Z")
