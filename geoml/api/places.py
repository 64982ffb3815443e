"""The published answer at a longitude and latitude, as a GeoJSON feature."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geoml.api.answers import OUTSIDE, UNKNOWN, doubts, drivers, measures, number, parts
from geoml.api.security import sees
from geoml.api.served import Served
from geoml.areas.area import Area
from geoml.catalog import audience
from geoml.contract import Service
from geoml.editions import EditionRef
from geoml.errors import NotFound, OutsideData, UnknownEdition
from geoml.raster.cog import read_cell
from geoml.raster.grid import Window, transformer


def at_place(
    service: Service, served: Served, lon: float, lat: float, area: str | None
) -> dict[str, Any]:
    """The answer of the current edition in the cell that holds a place.

    Raises OutsideData when no edition covers the place, or when its cell has no answer.
    """
    found, edition, (row, col), values = _locate(service, served, lon, lat, area)
    (target, lower, upper), folder = values[:3], edition.folder
    applicability = read_cell(folder / "applicability.tif", row, col)[0]
    manifest = served.manifest(edition)
    why, average, warnings = _drivers(service, served, edition, (row, col))
    warnings = [*manifest.get("warnings", []), *warnings]
    if not applicability <= 1.0:
        warnings.append(OUTSIDE.as_dict())
    properties = {
        "service": service.name,
        "area": found.id,
        "edition": edition.id,
        "date": manifest["date"],
        "date_of": manifest.get("date_of"),
        "model": manifest["model"],
        "synthetic_model": manifest.get("synthetic_model"),
        "quantity": manifest["quantity"],
        "reference": manifest["reference"],
        **measures(service, (target, lower, upper), applicability),
        "score_kind": manifest.get("score_kind") or service.score_kind,
        "parts": parts(service, dict(zip(manifest.get("parts", ()), values[3:], strict=True))),
        "interval_level": manifest["interval_level"],
        "average": average,
        "contributions": why,
        "cell": _cell(found, row, col),
        "carried": _carried(service, manifest, folder, (row, col)),
        "features_missing": manifest["features_missing"],
        "warnings": warnings,
    }
    point = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def _locate(
    service: Service, served: Served, lon: float, lat: float, area: str | None
) -> tuple[Area, EditionRef, tuple[int, int], list[float]]:
    """The area that answers at a place, its edition, the cell, and the bands of its target."""
    if not sees(audience.of_cells(service)):
        raise OutsideData("no published answer covers this place", where=service.name)
    asked = (served.area(area),) if area is not None else served.areas()
    silent = []
    # Of areas that overlap, the finest grid that has an answer knows the place best.
    for one in sorted(asked, key=lambda found: found.resolution_m):
        edition = served.edition(service.name, one.id)
        if edition is None:
            if area is not None:
                raise UnknownEdition(
                    "nothing is published yet",
                    where=f"{service.name} in {one.name}",
                    next_step=f"run: geoml run {service.name} --area {one.id}",
                )
            continue
        cell = one.grid.at(lon, lat)
        if cell is not None:
            values = read_cell(edition.folder / "target.tif", *cell)
            if math.isfinite(values[0]):
                return one, edition, cell, values
            silent.append(one.name)
    raise _no_answer(service, silent, ", ".join(one.name for one in asked) or "no area")


def _no_answer(service: Service, silent: list[str], places: str) -> OutsideData:
    if silent:
        return OutsideData(
            "no answer in this cell",
            where=f"{service.name} in {', '.join(silent)}",
            next_step="its inputs were unknown there (a cloud, or outside the sources)",
        )
    return OutsideData(
        "no published answer covers this place",
        where=service.name,
        expected=f"a place in: {places}",
        next_step="GET /areas gives the bounding boxes",
    )


def _drivers(
    service: Service, served: Served, edition: EditionRef, cell: tuple[int, int]
) -> tuple[list[dict[str, Any]], float | None, list[dict[str, str]]]:
    manifest = served.manifest(edition)
    names = manifest["features_used"]
    values = read_cell(edition.folder / "inputs.tif", *cell)
    # What the model saw comes first; what is only carried along comes after.
    given = {name: np.array([one]) for name, one in zip(names, values, strict=False)}
    try:
        model = served.model(service.name, manifest["model"].partition("@")[2])
    except NotFound:
        return [], None, [UNKNOWN.as_dict()]
    prediction = model.predict(given)
    why = drivers(service, given, prediction, 0)
    return why, number(prediction.average, 3), doubts(service, given, 0)


def _carried(
    service: Service, manifest: Mapping[str, Any], folder: Path, cell: tuple[int, int]
) -> list[dict[str, Any]]:
    """The features that the service always shows, as they are in a cell."""
    bands: list[str] = manifest.get("inputs", [])
    declared = [one for one in service.features if one.name in {*service.carried} & {*bands}]
    if not declared:
        return []
    values = dict(zip(bands, read_cell(folder / "inputs.tif", *cell), strict=True))
    return [
        {
            "feature": one.name,
            "title": one.title.as_dict(),
            "unit": one.unit,
            "value": number(values[one.name], 3),
        }
        for one in declared
    ]


def _cell(area: Area, row: int, col: int) -> list[list[float]]:
    """The outline of a cell in longitude and latitude, closed, counter-clockwise."""
    west, south, east, north = area.grid.window(Window(row, col, 1, 1)).bounds
    to_lonlat = transformer(area.crs, "OGC:CRS84")
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = [to_lonlat.transform(x, y) for x, y in corners]
    return [[round(lon, 7), round(lat, 7)] for lon, lat in ring]
