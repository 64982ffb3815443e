"""The STAC item that lies beside every source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pystac
import shapely

from geoml.areas.area import Area
from geoml.areas.keys import Key
from geoml.areas.stored import checksum
from geoml.raster.grid import Window, transformer

FORMAT = 1
_EXTENSIONS = (
    "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
"""Where the interval of what has no date begins: no sensor and no map here is older."""
_LICENCE = re.compile(r"[\w.+-]+", re.ASCII)
_MEDIA = {
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    ".parquet": "application/vnd.apache.parquet",
}


def item(
    area: Area,
    key: Key,
    data: Path,
    facts: Mapping[str, Any],
    *,
    when: str | None,
    licence: str | None,
) -> dict[str, Any]:
    """The STAC item of a staged file as JSON; the asset is named as it will lie beside it.

    Without a date ``datetime`` is null, as STAC has it, and the interval ends today: the source
    shows some day before it was ingested.
    """
    outline = footprint(*(facts.get("extent") or area.grid.bounds), crs=area.crs)
    made = pystac.Item(
        id=f"{area.id}-{key.name}",
        geometry=shapely.geometry.mapping(outline),
        bbox=[round(value, 7) for value in outline.bounds],
        datetime=_moment(when) if when else None,
        start_datetime=None if when else EARLIEST,
        end_datetime=None if when else datetime.now(UTC).replace(microsecond=0),
        properties=_properties(area, key, facts, licence),
        stac_extensions=list(_EXTENSIONS),
    )
    made.add_asset("data", _asset(key, data))
    if facts.get("around"):
        made.add_asset("around", _around(key, data.with_name(facts["around"]["file"]), facts))
    document: dict[str, Any] = made.to_dict(include_self_link=False, transform_hrefs=False)
    return document


def _properties(
    area: Area, key: Key, facts: Mapping[str, Any], licence: str | None
) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "proj:code": area.crs,
        "license": licence_id(licence) if licence else None,
        "geoml:licence": licence,
        "geoml:format": FORMAT,
        "geoml:key": key.name,
        "geoml:unit": facts["unit"],
        "geoml:quantity": facts["quantity"],
        "geoml:coverage_percent": facts["coverage_percent"],
        "geoml:synthetic": area.synthetic,
        "geoml:notes": facts["notes"],
    }
    numbers = ("factor", "native_m", "support_m", "sensor", "rows", "masked_percent",
               "return_period_years")  # fmt: skip
    names = (*numbers, "extent", "cover", "warnings")
    known = {name: facts[name] for name in names if facts.get(name) is not None}
    properties |= {f"geoml:{name}": value for name, value in known.items()}
    if "factor" in facts:
        grid = area.grid.window(Window(*facts["window"])).refine(facts["factor"])
        properties["proj:shape"] = list(grid.shape)
        properties["proj:transform"] = list(grid.transform)[:6]
        properties["gsd"] = facts["native_m"]
    return {name: value for name, value in properties.items() if value is not None}


def _asset(key: Key, data: Path) -> pystac.Asset:
    told = {"file:checksum": checksum(data), "file:size": data.stat().st_size}
    return pystac.Asset(
        href=f"{key.name}{data.suffix}",
        media_type=_MEDIA[data.suffix],
        roles=["data"],
        extra_fields=told,
    )


def _around(key: Key, data: Path, facts: Mapping[str, Any]) -> pystac.Asset:
    """What lies beyond the area, for what looks that far; named by what is in it."""
    told = checksum(data)
    return pystac.Asset(
        href=f"{key.name}-around-{told[4:16]}{data.suffix}",
        title=f"{key.quantity}, beyond the area",
        media_type=_MEDIA[data.suffix],
        roles=["data"],
        extra_fields={
            "file:checksum": told,
            "file:size": data.stat().st_size,
            "geoml:window": facts["around"]["window"],
        },
    )


def licence_id(licence: str) -> str:
    """What STAC takes for ``license``: an SPDX identifier as it is, ``other`` for free text."""
    return licence if _LICENCE.fullmatch(licence) else "other"


def footprint(west: float, south: float, east: float, north: float, *, crs: str) -> shapely.Polygon:
    """The outline in degrees of a box in ``crs``; its edges bend there, so they are cut."""
    half = 0.5 if west == east or south == north else 0.0  # a single site still has a place
    box = shapely.box(west - half, south - half, east + half, north + half)
    box = shapely.segmentize(box, max(east - west, 1.0) / 4)
    x, y = transformer(crs, "OGC:CRS84").transform(*shapely.get_coordinates(box).T)
    return shapely.Polygon([(round(a, 7), round(b, 7)) for a, b in zip(x, y, strict=True)])


def _moment(when: str) -> datetime:
    moment = datetime.fromisoformat(when)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
