"""What is told of each roof that was found: the sun, in the words of the contract."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from geoml.contract import Ground
from geoml.types import Text

from .told import COLUMNS

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

    from geoml.features.solar.sky import Sky

SOMEWHERE = (0.0, 15.0, 30.0, 45.0, 60.0)
"""Latitudes between which nearly everybody lives: where a picture says nothing of its place."""
_ENDS = {
    "irradiation_kwh_m2": ("irradiation_low", "irradiation_high"),
    "kwh_yr": ("kwh_yr_low", "kwh_yr_high"),
}
_METRES = "EPSG:32631"
KEPT = ("sky.toml", "pvgis.json")
"""The sky that a town wrote down, and what PVGIS said of it: ``geoml.features.solar.choice``."""
_UNCERTAIN = Text(fr="Incertitude du climat", en="Uncertainty of the climate")
_YEARS = Text(fr="Écart d'une année à l'autre", en="Spread from year to year")
_POLAR = Text(
    fr="Au-delà de 66° de latitude, ni soleil ni électricité ne sont estimés.",
    en="Beyond 66° of latitude neither sun nor electricity is estimated.",
)
_TALL_M = 100.0
_TALL = Text(
    fr="La moitié des toits serait à plus de 100 m du sol : le modèle de surface et le modèle de "
    "terrain n'ont sans doute pas la même unité (--unit dsm=ft).",
    en="Half of the roofs would stand more than 100 m above the ground: the surface model and the "
    "terrain model are probably not in the same unit (--unit dsm=ft).",
)
_FEW_SHAPED = 0.75
_DIGITS = {"m": 1, "m2": 1, "kWp": 2, "kWh": 0, "kWh/m2": 0, "degree": 0, "%": 1}


def answers_of(found: geopandas.GeoDataFrame, ground: Ground) -> pd.DataFrame:
    """The sun on each roof and what panels on it would give; see ``geoml.contract.AnswersOf``.

    Where nobody knows the latitude, the answer is the median over those where people live, and
    its interval reaches over all of them. Beyond 66 degrees nothing is answered.
    """
    nowhere = math.isnan(ground.latitude)
    table = (_anywhere(found) if nowhere else _potential(found, ground)).copy()
    table["kwh_month"] = table["kwh_month"].map(_months)
    for column in COLUMNS:
        if column.unit in _DIGITS:
            table[column.name] = np.round(table[column.name].astype(float), _DIGITS[column.unit])
    known = np.isfinite(table["irradiation_kwh_m2"].to_numpy(float))
    table["applicability"] = np.where(known, 0.0, np.nan)
    told = table[[*(one.name for one in COLUMNS), "applicability"]]
    told.attrs["assumptions"] = {} if nowhere else _climate(_sky(ground))
    told.attrs["warnings"] = list(_warnings(told, "dsm" in ground.layers))
    return told


def fetch(folder: Path, latitude: float, longitude: float) -> None:
    """Ask PVGIS once for the sun of an area and keep its answer in the area's folder.

    An area with a sky of its own asks nobody. Raises MissingTool without a network.
    """
    from geoml.features.solar.choice import sky_of

    sky_of(folder, latitude, longitude, online=True)


def assumptions() -> Mapping[str, Any]:
    """What every number rests on: value, unit, words and source of each."""
    from geoml.features.solar.assumptions import Assumptions

    return Assumptions().as_dict()


def _potential(found: geopandas.GeoDataFrame, ground: Ground) -> pd.DataFrame:
    from geoml.features.solar.potential import Place, potential
    from geoml.features.solar.sky import LATITUDES

    if found.crs is None:  # metres of nowhere: no surface model lies there
        found = found.set_crs(_METRES)
    low, high = LATITUDES
    inside = low <= ground.latitude <= high
    place = Place(ground.latitude if inside else 0.0, ground.longitude)
    layers = ground.layers
    sky = _sky(ground)
    table = potential(found, place, surface=layers.get("dsm"), ground=layers.get("dem"), sky=sky)
    return table if inside else _unanswered(table)


def _sky(ground: Ground) -> Sky | None:
    """The best sky that the area has of its own; None for that of the latitude."""
    from geoml.features.solar.choice import sky_of
    from geoml.features.solar.sky import LATITUDES

    if ground.folder is None or not LATITUDES[0] <= ground.latitude <= LATITUDES[1]:
        return None
    return sky_of(ground.folder, ground.latitude, ground.longitude)


def _climate(sky: Sky | None) -> dict[str, Any]:
    """What an area's own sky adds to the assumptions."""
    if sky is None:
        return {}
    meant = {
        "sky_uncertainty": (sky.uncertainty, _UNCERTAIN),
        "sky_interannual": (sky.interannual, _YEARS),
    }
    return {
        name: {"value": value, "unit": "1", **text.as_dict(), "source": sky.source}
        for name, (value, text) in meant.items()
    }


def _unanswered(table: pd.DataFrame) -> pd.DataFrame:
    """What is left where the sun cannot be said: the shape of the roofs.

    Which of their faces would be fitted, the sun decides: how much fits is unknown too.
    """
    blank = [name for ends in _ENDS.items() for name in (ends[0], *ends[1])]
    blank += ["usable_area_m2", "kwp"]
    table = table.copy()
    table[[*blank, "shading_percent"]] = np.nan
    table["kwh_month"] = [None] * len(table)
    return table


def _warnings(told: pd.DataFrame, surface: bool) -> Iterator[dict[str, str]]:
    """What is to be said of all roofs together."""
    if not len(told):
        return
    if told["irradiation_kwh_m2"].isna().all():
        yield {"code": "unanswered", **_POLAR.as_dict()}
    shaped = (told["orientation"] != "unknown").mean()
    if surface and shaped < _FEW_SHAPED:
        yield {"code": "few_faces", **_few(shaped).as_dict()}
    if surface and told["height_m"].median() > _TALL_M:
        yield {"code": "tall", **_TALL.as_dict()}


def _few(share: float) -> Text:
    return Text(
        fr=f"Le modèle de surface ne donne la forme que de {100 * share:.0f}\u00a0% des toits : "
        "trop grossier (plus de 2 m), incomplet ou d'une autre date. Ailleurs, l'orientation est "
        "inconnue.",
        en=f"The surface model tells the shape of {share:.0%} of the roofs only: it is too coarse "
        "(above 2 m), incomplete or of another date. Elsewhere the orientation is unknown.",
    )


def _anywhere(found: geopandas.GeoDataFrame) -> pd.DataFrame:
    """The middle of the latitudes, with an interval over all of them."""
    several = [_potential(found, Ground(latitude, 0.0)) for latitude in SOMEWHERE]
    table = several[0].copy()
    for name, (low, high) in _ENDS.items():
        table[name] = np.median([one[name].to_numpy(float) for one in several], axis=0)
        table[low] = np.min([one[low].to_numpy(float) for one in several], axis=0)
        table[high] = np.max([one[high].to_numpy(float) for one in several], axis=0)
    table["kwh_month"] = [None] * len(table)  # seasons turn around at the equator
    return table


def _months(values: Any) -> str | None:  # noqa: ANN401 - twelve numbers, or nothing
    if values is None or not np.isfinite(np.asarray(values, float)).all():
        return None
    return json.dumps([round(float(one)) for one in values])
