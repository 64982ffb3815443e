"""The STAC item of an edition: what it covers, which files, which model made it."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pystac
import shapely

from geoml import clock
from geoml.areas.area import Area
from geoml.areas.ingest.stac import EARLIEST, footprint
from geoml.catalog.layers import title_of
from geoml.contract import Service
from geoml.files import sha256, write_json
from geoml.lifecycle.web import FLAG
from geoml.raster.coding import ERROR_BOUND, STEP
from geoml.raster.cog import grid_of, open_cog
from geoml.types import Text

MEDIA = {
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    ".parquet": "application/vnd.apache.parquet",
    ".pmtiles": "application/vnd.pmtiles",
    ".geojson": "application/geo+json",
    ".arrow": "application/vnd.apache.arrow.file",
    ".json": "application/json",
}
FILE_EXTENSION = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
PROJECTION_EXTENSION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
RASTER_EXTENSION = "https://stac-extensions.github.io/raster/v1.1.0/schema.json"
PROCESSING_EXTENSION = "https://stac-extensions.github.io/processing/v1.1.0/schema.json"
EXTENSIONS = (FILE_EXTENSION, PROJECTION_EXTENSION, RASTER_EXTENSION, PROCESSING_EXTENSION)

_WEB, _TILES = "-web", "tiles-"
_WEB_MAP, _LONLAT = "EPSG:3857", "OGC:CRS84"
_TITLES = {
    "target": Text(fr="La grandeur prédite et son intervalle", en="The target and its interval"),
    "inputs": Text(fr="Ce que le modèle a vu", en="What the model saw"),
    "units": Text(fr="Les unités de la ville", en="The units of the town"),
    "units-index": Text(fr="Index des unités", en="Index of the units"),
    "known": Text(fr="Ce que la ville connaissait", en="What the town knew already"),
    "cells-index": Text(fr="Index des mailles", en="Index of the cells"),
}
_FORMS = {
    _WEB: Text(fr="sur la grille des cartes en ligne", en="on the grid of web maps"),
    _TILES: Text(fr="tuiles", en="tiles"),
}


def edition_item(folder: Path, service: Service, area: Area, about: dict[str, Any]) -> None:
    """Write ``edition.json`` for the files that lie in ``folder``.

    The time is that of the observation, so the same inputs give the same bytes. When no source
    has a date, ``datetime`` is null and the interval ends with the day of publishing.
    """
    outline = footprint(*area.grid.bounds, crs=area.crs)
    observed = about["date"]
    item = pystac.Item(
        id=f"{service.name}-{area.id}",
        geometry=shapely.geometry.mapping(outline),
        bbox=[round(value, 7) for value in outline.bounds],
        datetime=datetime.fromisoformat(observed).replace(tzinfo=UTC) if observed else None,
        start_datetime=None if observed else EARLIEST,
        end_datetime=None if observed else clock.now(),
        properties={
            "title": f"{service.title.en}, {area.name}",
            "description": service.summary.en,
            "proj:code": area.crs,
            "processing:software": {"geoml": about["code_version"]},
            "geoml:service": service.name,
            "geoml:area": area.id,
            "geoml:model": about["model"],
            "geoml:reference": about["reference"],
            "geoml:features": about["features_used"],
            "geoml:synthetic": about["synthetic"],
            "geoml:date_unknown": observed is None,
        },
        stac_extensions=list(EXTENSIONS),
    )
    for path in sorted(folder.iterdir()):
        item.add_asset(asset_key(path.name), _asset(path, service, area))
    write_json(folder / "edition.json", item.to_dict(include_self_link=False))


def asset_key(name: str) -> str:
    """The name of a file in the item; the table of units and its GeoJSON share their stem."""
    return "units-geojson" if name == "units.geojson" else name.partition(".")[0]


def asset_title(service: Service, key: str) -> Text:
    """What an asset of an edition is, for people."""
    bare = key.removeprefix(_TILES).removesuffix(_WEB).removesuffix("-geojson")
    title = _TITLES.get(bare, Text(fr=bare, en=bare))
    if bare in service.layers:
        title = title_of(service, bare)
    form = next((text for mark, text in _FORMS.items() if mark in key), None)
    if form is None:
        return title
    return Text(fr=f"{title.fr} : {form.fr}", en=f"{title.en}: {form.en}")


def _asset(path: Path, service: Service, area: Area) -> pystac.Asset:
    key, suffix = asset_key(path.name), path.suffix
    told: dict[str, Any] = {
        "file:checksum": f"1220{sha256(path)}",
        "file:size": path.stat().st_size,
    }
    if suffix == ".tif":
        told |= _raster(path, area)
    elif suffix != ".parquet":
        told["proj:code"] = _WEB_MAP if suffix == ".pmtiles" else _LONLAT
    return pystac.Asset(
        href=f"./{path.name}",
        title=asset_title(service, key).en,
        media_type=MEDIA.get(suffix),
        roles=_roles(key, suffix),
        extra_fields=told,
    )


def _roles(key: str, suffix: str) -> list[str]:
    if suffix == ".pmtiles":
        return ["tiles"]
    if key.endswith(_WEB):
        return ["overview"]
    return ["index"] if suffix == ".arrow" else ["data"]


def _raster(path: Path, area: Area) -> dict[str, Any]:
    """Grid and bands, as the header has them."""
    with open_cog(path) as dataset:
        grid = grid_of(dataset)
        named = zip(dataset.descriptions, dataset.units, dataset.dtypes, strict=True)
        names, bands = [], []
        for number, (name, unit, kind) in enumerate(named, 1):
            band = {"data_type": kind, "unit": unit, "nodata": _nodata(dataset.nodata)}
            if (dataset.scales[0], dataset.offsets[0]) != (1.0, 0.0):
                band |= {"scale": dataset.scales[0], "offset": dataset.offsets[0]}
            names.append({"name": name or (path.stem if dataset.count == 1 else f"{number}")})
            bands.append({key: value for key, value in band.items() if value is not None})
    if grid.crs == area.crs:
        for band in bands:
            band["spatial_resolution"] = grid.pixel_x
    if path.stem.endswith(_WEB) and path.stem != f"{FLAG}{_WEB}":
        bands[0] |= {"scale": STEP, "offset": -ERROR_BOUND}
    return {
        "proj:code": grid.crs,
        "proj:shape": list(grid.shape),
        "proj:transform": list(grid.transform)[:6],
        "bands": names,
        "raster:bands": bands,
    }


def _nodata(value: float | None) -> float | str | None:
    return "nan" if value is not None and math.isnan(value) else value
