"""The published answer at a longitude and latitude, as a GeoJSON feature."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from geoml.api.answers import OUTSIDE, UNKNOWN, drivers, measures, number
from geoml.api.served import Served
from geoml.areas.area import Area
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
    found, edition, (row, col) = _locate(service, served, lon, lat, area)
    folder = edition.folder
    target, lower, upper = read_cell(folder / "target.tif", row, col)
    if not math.isfinite(target):
        raise OutsideData(
            "no answer in this cell",
            where=f"{service.name} in {found.name}",
            next_step="its inputs were unknown there (a cloud, or outside the sources)",
        )
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
        "interval_level": manifest["interval_level"],
        "average": average,
        "contributions": why,
        "cell": _cell(found, row, col),
        "warnings": warnings,
    }
    point = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    return {"type": "Feature", "geometry": point, "properties": properties}


def _locate(
    service: Service, served: Served, lon: float, lat: float, area: str | None
) -> tuple[Area, EditionRef, tuple[int, int]]:
    asked = (served.area(area),) if area is not None else served.areas()
    # Of areas that overlap, the finest grid knows the place best.
    for one in sorted(asked, key=lambda found: found.resolution_m):
        edition = served.edition(service.name, one.id)
        cell = one.grid.at(lon, lat)
        if edition is not None and cell is not None:
            return one, edition, cell
        if area is not None and edition is None:
            raise UnknownEdition(
                "nothing is published yet",
                where=f"{service.name} in {one.name}",
                next_step=f"run: geoml run {service.name} --area {one.id}",
            )
    places = ", ".join(one.name for one in asked) or "no area"
    raise OutsideData(
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
    given = {name: np.array([value]) for name, value in zip(names, values, strict=True)}
    try:
        model = served.model(service.name, manifest["model"].partition("@")[2])
    except NotFound:
        return [], None, [UNKNOWN.as_dict()]
    prediction = model.predict(given)
    return drivers(service, given, prediction, 0), number(prediction.average, 3), []


def _cell(area: Area, row: int, col: int) -> list[list[float]]:
    """The outline of a cell in longitude and latitude, closed, counter-clockwise."""
    west, south, east, north = area.grid.window(Window(row, col, 1, 1)).bounds
    to_lonlat = transformer(area.crs, "OGC:CRS84")
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ring = [to_lonlat.transform(x, y) for x, y in corners]
    return [[round(lon, 7), round(lat, 7)] for lon, lat in ring]
