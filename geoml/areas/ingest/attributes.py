"""Which attributes of a foreign vector file are kept, and under which names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

METRES_PER_LEVEL = 3.0

_NAMES = ("name", "nom", "nom_officiel", "libelle", "label", "name:fr", "title")
_HEIGHTS = ("height_m", "height", "hauteur", "building:height", "building_height", "heightmean")
_LEVELS = ("building:levels", "building_levels", "levels", "nombre_d_etages", "floors", "storeys")
_KINDS = ("building",)
_ADMIN = ("admin_level",)
_FREE = ("sites", "observations")
_OSM_ID = "@id"
_MOST_COLUMNS = 40
_NUMBER = re.compile(r"\s*(\d+(?:[.,]\d+)?)\s*(m|metres?|meters?|ft|feet|')?\s*", re.IGNORECASE)


def wanted(key: str, fields: Sequence[str]) -> list[str]:
    """The fields of a file that are worth reading for a source key."""
    if key in _FREE:
        return [field for field in fields if _clean(field)][:_MOST_COLUMNS]
    groups = {
        "buildings": (_NAMES, _KINDS, _HEIGHTS, _LEVELS),
        "zones": (_NAMES, _ADMIN),
    }.get(key, (_NAMES,))
    found = [_first(group, fields) for group in groups]
    return [field for field in found if field is not None]


def tidy(key: str, columns: Mapping[str, NDArray[Any]], rows: int) -> dict[str, Any]:
    """The kept attributes under our names; missing values are NaN or None, never 0 or "".

    Buildings get ``name``, ``height_m`` (metres) and ``height_from``: ``measured``, or ``levels``
    at 3 m a storey. Sites and observations keep all numbers, texts and dates, the others a name.
    Where they are known come ``building`` (its kind), ``admin_level`` of a zone, and ``osm_id``.
    """
    known = {"osm_id": columns[_OSM_ID]} if _OSM_ID in columns else {}
    own = {name: values for name, values in columns.items() if name != _OSM_ID}
    if key in _FREE:
        return {**{_clean(name): _plain(values) for name, values in own.items()}, **known}
    for group in (_KINDS, _ADMIN):
        field = _first(group, list(own))
        if field is not None:
            known[group[0]] = _texts(own[field])
    name = _first(_NAMES, list(own))
    texts = _texts(own[name]) if name else np.full(rows, None, dtype=object)
    if key != "buildings":
        return {"name": texts, **known}
    measured = _metres(own, _first(_HEIGHTS, list(own)), rows)
    levels = _metres(own, _first(_LEVELS, list(own)), rows) * METRES_PER_LEVEL
    height = np.where(np.isfinite(measured), measured, levels)
    height[(height <= 0) | (height > 1_000)] = np.nan
    source = np.where(np.isfinite(measured), "measured", "levels").astype(object)
    source[~np.isfinite(height)] = None
    return {"name": texts, "height_m": height, "height_from": source, **known}


def number(text: object) -> float:
    """The leading quantity of an OSM-like value in metres (``12.5``, ``12,5 m``, ``40 ft``)."""
    if isinstance(text, int | float | np.number):
        return float(text)
    match = _NUMBER.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return float("nan")
    value = float(match[1].replace(",", "."))
    return value * 0.3048 if (match[2] or "").lower() in ("ft", "feet", "'") else value


def _first(names: Sequence[str], fields: Sequence[str]) -> str | None:
    by_lower = {field.lower(): field for field in reversed(fields)}
    return next((by_lower[name] for name in names if name in by_lower), None)


def _metres(columns: Mapping[str, NDArray[Any]], field: str | None, rows: int) -> NDArray[Any]:
    if field is None:
        return np.full(rows, np.nan)
    return np.array([number(value) for value in columns[field]], dtype=np.float64)


def _texts(values: NDArray[Any]) -> NDArray[Any]:
    cleaned = [None if pd.isna(v) or not str(v).strip() else str(v).strip()[:200] for v in values]
    return np.array(cleaned, dtype=object)


def _plain(values: NDArray[Any]) -> NDArray[Any]:
    return values if values.dtype.kind in "iufb" else _texts(values)


def _clean(field: str) -> str:
    name = re.sub(r"[^0-9a-z_]+", "_", field.lower()).strip("_")[:60]
    return "" if name in ("geometry", "geom", "id") else name
