"""What was found in a picture, as units of the town: their ids, their answers, their columns."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geoml import editions
from geoml.areas import units as area_units
from geoml.areas.area import Area
from geoml.areas.conflation import Conflated, conflate, match_buildings
from geoml.catalog.derived import UNITS
from geoml.contract import Ground, Segmentation, Service
from geoml.errors import EmptySource
from geoml.paths import Home
from geoml.types import Array
from geoml.vector.fragments import hilbert_order
from geoml.vector.read import read_frame


def units_of(
    home: Home,
    service: Service,
    found: Segmentation,
    area: Area,
    outlines: gpd.GeoDataFrame,
    ground: Ground,
) -> tuple[gpd.GeoDataFrame, Mapping[Hashable, Any]]:
    """One row for each outline, in the order of a Hilbert curve, CRS as given; what goes with them.

    That is the ``attrs`` of the answers: assumptions and warnings.

    Columns: id, kind, <service>_score, lower, upper (0..100), applicability, why (where there is
    no answer), building (the id of the thing that the town knows, or None), probability (mean over
    its pixels, 0..1), reg_status, area_m2, what ``Segmentation.columns`` declares, geometry.
    """
    answers = found.answers_of(outlines, ground)
    known = _known(home, area, found.known, outlines)
    ids = _ids(home, service, found, area, outlines, known)
    told = {
        "id": ids,
        "kind": found.unit,
        **_scores(service, found, answers),
        "why": [None if one else _why(service) for one in np.isfinite(answers[found.answer[0]])],
        "building": known,
        **{name: outlines[name].to_numpy() for name in ("probability", "reg_status", "area_m2")},
        **{one.name: answers[one.name].to_numpy() for one in found.columns},
    }
    units = gpd.GeoDataFrame(told, geometry=outlines.geometry.array, crs=outlines.crs)
    return hilbert_order(units), answers.attrs


def compared(
    home: Home, found: Segmentation, area: Area, units: gpd.GeoDataFrame, picture: Path
) -> Conflated | None:
    """The things that the area knows already beside what was seen; None where it knows none.

    ``picture`` is the raster of probabilities: what it does not know was not looked at.
    """
    from geoml.vector.outlines import footprint

    there = _there(home, area, found.known)
    if there is None:
        return None
    told = ["id", "probability", "reg_status", "area_m2", "geometry"]
    return conflate(units[told], there, ground=footprint(picture))


def totals(found: Segmentation, units: pd.DataFrame) -> dict[str, float | None]:
    """Sums over all units of the columns that are declared so; unknown ones count nothing.

    Where all of them are unknown, so is the sum: None.
    """
    columns = {one.name: units[one.name].to_numpy(float) for one in found.columns if one.summed}
    return {
        name: round(float(np.nansum(values)), 1)
        if np.isfinite(values).any() or not len(values)
        else None
        for name, values in columns.items()
    }


def _scores(service: Service, found: Segmentation, answers: pd.DataFrame) -> dict[str, Array]:
    names = (f"{service.name}_score", "lower", "upper")
    scores = {
        name: service.score.score(answers[column].to_numpy(float)).round(3)
        for name, column in zip(names, found.answer, strict=True)
    }
    return {**scores, "applicability": answers["applicability"].to_numpy(float)}


def _why(service: Service) -> str:
    """Why a unit has no answer: what an answer needs lies outside what can be answered."""
    groups = (" or ".join(group) for group in service.needs_one_of)
    return "no answer for this " + " and ".join(groups)


def _known(home: Home, area: Area, key: str, outlines: gpd.GeoDataFrame) -> list[str | None]:
    """The id of the thing of the town that each outline is, None where it is none."""
    ids: list[str | None] = [None] * len(outlines)
    there = _there(home, area, key)
    if there is not None:
        names = there["id"].to_list()
        shapes = np.asarray(outlines.geometry.array), np.asarray(there.geometry.array)
        for new, old in match_buildings(*shapes):
            ids[new] = names[old]
    return ids


def _there(home: Home, area: Area, key: str) -> gpd.GeoDataFrame | None:
    """The things of a kind that the area knows already, None where it knows none."""
    try:
        return area_units.units(home, area, key) if key else None
    except EmptySource:
        return None


def _ids(
    home: Home,
    service: Service,
    found: Segmentation,
    area: Area,
    outlines: gpd.GeoDataFrame,
    known: list[str | None],
) -> list[str]:
    """Ids of known things; the others keep that of the edition that is served, or get one."""
    shapes = np.asarray(outlines.geometry.array)
    own = area_units.identified(found.prefix, shapes, _before(home, service, found, area))
    return [thing or new for thing, new in zip(known, own, strict=True)]


def _before(
    home: Home, service: Service, found: Segmentation, area: Area
) -> gpd.GeoDataFrame | None:
    """Units of the served edition that have an id of their own."""
    served = editions.current(home, service.name, area.id)
    if served is None or not (served.folder / UNITS).is_file():
        return None
    frame = read_frame(served.folder / UNITS)
    return frame[frame["id"].str.startswith(f"{found.prefix}-")]
