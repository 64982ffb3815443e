"""The published answer about the thing at a place, where a service answers for things it found."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geoml.api.answers import OUTSIDE, UNKNOWN, measures, number
from geoml.api.security import sees
from geoml.api.served import Served
from geoml.areas.area import Area
from geoml.catalog import collections
from geoml.catalog.collections import Collection
from geoml.contract import Segmentation, Service
from geoml.errors import OutsideData, UnknownCollection, UnknownEdition

_DIGITS = 3


def at_thing(
    service: Service,
    found: Segmentation,
    served: Served,
    lon: float,
    lat: float,
    area: str | None,
) -> dict[str, Any]:
    """The unit of a current edition that holds a place, with its answer, as a GeoJSON feature.

    ``cell`` is its outline, ``unit`` all that the edition tells of it. Contributions are none: an
    answer for many faces of one thing is not that of one set of features. Raises OutsideData where
    nothing was found, UnknownEdition where nothing is published.
    """
    asked = (served.area(area),) if area is not None else served.areas()
    published = [one for one in asked if served.edition(service.name, one.id) is not None]
    if not published and area is not None:
        raise UnknownEdition("nothing is published yet", where=f"{service.name} in {area}")
    for one in published:
        units = _units(service, served, one)
        if units is not None:
            rows = units.search([(lon, lat, lon, lat)])
            if len(rows):
                return _feature(service, found, served, units, rows[:1], (lon, lat))
    raise OutsideData(
        f"none of the {found.unit} here",
        where=service.name,
        expected=f"a place on one, in: {', '.join(one.name for one in published) or 'no area'}",
        next_step=f"GET /collections/{service.name}-AREA/items?bbox= lists them",
    )


def _units(service: Service, served: Served, area: Area) -> Collection | None:
    try:
        units = collections.find(served.home, f"{service.name}-{area.id}", served.keep)
    except UnknownCollection:  # an edition of before a rule, or taken back a moment ago
        return None
    return units if sees(units.audience) else None


def _feature(
    service: Service,
    found: Segmentation,
    served: Served,
    units: Collection,
    rows: Any,  # noqa: ANN401 - one row number in an array
    place: tuple[float, float],
) -> dict[str, Any]:
    edition = served.edition(service.name, units.area)
    if edition is None:
        raise UnknownEdition("nothing is published yet", where=f"{service.name} in {units.area}")
    manifest, frame = served.manifest(edition), units.frame(rows).to_crs("OGC:CRS84")
    told = {name: _plain(frame[name].iloc[0]) for name in frame.columns if name != "geometry"}
    known = [np.nan if told[name] is None else told[name] for name in found.answer]
    applicability = np.nan if told["applicability"] is None else told["applicability"]
    warnings = list(manifest.get("warnings", []))
    if not np.isfinite(known[0]):
        warnings.append(UNKNOWN.as_dict())
    elif not applicability <= 1.0:
        warnings.append(OUTSIDE.as_dict())
    properties = {
        "service": service.name,
        "area": units.area,
        "edition": edition.id,
        **{name: manifest.get(name) for name in _OF_EDITION},
        **measures(service, (known[0], known[1], known[2]), applicability),
        "score_kind": manifest.get("score_kind") or service.score_kind,
        "parts": {},
        "average": None,
        "contributions": [],
        "cell": _outline(frame.geometry.iloc[0]),
        "carried": [],
        "unit_kind": found.unit,
        "subject": told,
        "assumptions": manifest.get("assumptions", {}),
        "warnings": warnings,
    }
    point = {"type": "Point", "coordinates": [round(one, 6) for one in place]}
    return {"type": "Feature", "geometry": point, "properties": properties}


_OF_EDITION = (
    *("date", "date_of", "model", "synthetic_model", "quantity", "reference", "interval_level"),
    "features_missing",
)


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of a table
    """A value of a table as JSON has it; unknown is None."""
    if isinstance(value, float | np.floating):
        return number(float(value), _DIGITS)
    if isinstance(value, np.integer):
        return int(value)
    return value if isinstance(value, str) else None


def _outline(shape: shapely.Geometry) -> list[list[float]]:
    """The outer ring of a polygon, the largest of several, counter-clockwise."""
    largest = max(shapely.get_parts(shape), key=lambda one: float(shapely.area(one)))
    ring = shapely.get_exterior_ring(shapely.orient_polygons(largest))
    return [[round(x, 7), round(y, 7)] for x, y in shapely.get_coordinates(ring).tolist()]
