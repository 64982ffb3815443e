"""What the catalogue holds of one item: enough to search it, and the document but for its links."""

from __future__ import annotations

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
    """One item. ``interval`` holds both its ends; ``outline`` is in longitude and latitude.

    The hrefs of the assets of ``document`` are names of files, and it has no links. ``made_from``
    are, of an edition, the SHA-256 of the sources by key; of a source, its own.
    """

    id: str
    outline: Any
    bbox: tuple[float, float, float, float]
    interval: Interval
    dated: bool
    title: Text
    document: Mapping[str, Any]
    made_from: Mapping[str, str]
    edition: editions.EditionRef | None = None


def of_source(area: Area, key: str, stored: Mapping[str, Any]) -> Entry:
    """The item of a source, without the file: who asks may know of it and not have it."""
    (asset,) = stored["assets"].values()
    quantity = stored["properties"]["geoml:quantity"]
    title = Text(fr=f"{area.name} : {key} ({quantity})", en=f"{area.name}: {key} ({quantity})")
    checksum = str(asset["file:checksum"])
    properties = {
        **stored["properties"],
        "description": METADATA_ONLY.en,
        "geoml:downloadable": False,
        "geoml:sha256": checksum.removeprefix("1220"),
        "geoml:size": asset["file:size"],
        "geoml:media_type": asset["type"],
    }
    if "license" in properties:  # of before STAC's rule was kept, free text
        properties["license"] = licence_id(properties["license"])
    extensions = [one for one in stored["stac_extensions"] if not one.startswith(_FILE_EXTENSION)]
    document = {
        **stored, "stac_extensions": extensions, "properties": properties, "assets": {},
    }  # fmt: skip
    return _entry(str(stored["id"]), title, document, {key: checksum.removeprefix("1220")}, None)


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
    made_from = {key: one["sha256"] for key, one in manifest["sources"].items()}
    # In small letters, as STAC's best practices have identifiers; ``version`` is the edition's id.
    return _entry(f"{ref.service}-{ref.area}-{ref.id}".lower(), title, document, made_from, ref)


def _entry(
    id_: str,
    title: Text,
    document: dict[str, Any],
    made_from: Mapping[str, str],
    ref: editions.EditionRef | None,
) -> Entry:
    document.pop("links", None)
    document.update(id=id_, stac_version=STAC_VERSION)
    told = document["properties"]
    west, south, east, north = document["bbox"]
    moment = told["datetime"]
    start = datetime.fromisoformat(moment or told["start_datetime"])
    end = datetime.fromisoformat(moment or told["end_datetime"])
    return Entry(
        id_,
        shapely.geometry.shape(document["geometry"]),
        (west, south, east, north),
        Interval(start, end),
        moment is not None,
        title,
        document,
        made_from,
        ref,
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
