"""The sun that satellites saw at a place: PVGIS of the European Commission, kept beside the area.

Nothing here reaches the network unless ``online`` is asked for; what was fetched once is read from
its file ever after. Service and terms: https://joint-research-centre.ec.europa.eu/pvgis_en.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from geoml.clock import now
from geoml.errors import MissingTool, OutsideData, UnreadableFile
from geoml.features.solar.azimuth import CompassAzimuth, compass_values
from geoml.features.solar.sky import Sky, sky_from_sums
from geoml.files import read_json, write_json

ENTRY = "https://re.jrc.ec.europa.eu/api/v5_3"
UNCERTAINTY = 0.05
"""Relative standard error of yearly sums on level ground, rounded up from satellites compared with
stations in Europe: Urraca et al. 2017, doi:10.1016/j.rse.2017.07.013. Larger in mountains."""
MOVED_DEG = 0.05
MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Door:
    """Where PVGIS is asked, how long an answer may take, in seconds, and how often it is asked."""

    entry: str = ENTRY
    timeout_s: float = 20.0
    tries: int = 3
    pause_s: float = 2.0


def pvgis_sky(
    latitude: float,
    longitude: float,
    cache: Path,
    *,
    online: bool = False,
    altitude_m: float = 0.0,
    door: Door | None = None,
) -> Sky | None:
    """The sky of a place as PVGIS knows it, or None where nothing was fetched and none may be.

    ``cache`` is a JSON file of the area: used when it is of this place (within 0.05 degrees),
    written when ``online``. It holds the twelve mean sums on level ground in kWh/m2, their spread
    from year to year, the years, the database and the date. Raises MissingTool when PVGIS cannot be
    reached, OutsideData where it has no data, UnreadableFile for an answer that is none.
    """
    known = _kept(cache, latitude, longitude)
    if known is None and online:
        known = fetch_monthly(latitude, longitude, door)
        write_json(cache, known)
    if known is None:
        return None
    source = f"PVGIS {known['database']} {known['years'][0]}-{known['years'][1]}"
    sky = sky_from_sums(
        latitude,
        known["sums_kwh_m2"],
        uncertainty=UNCERTAINTY,
        source=f"{source}, fetched {known['fetched'][:10]}",
        altitude_m=altitude_m,
    )
    return replace(sky, interannual=float(known["interannual"]))


def fetch_monthly(latitude: float, longitude: float, door: Door | None = None) -> dict[str, Any]:
    """Ask PVGIS for the monthly sums on level ground (tool MRcalc); the document of the cache."""
    question = {"lat": f"{latitude:.4f}", "lon": f"{longitude:.4f}", "horirrad": "1"}
    answer = _ask("MRcalc", question, door or Door())
    try:
        rows = answer["outputs"]["monthly"]
        years = sorted({int(row["year"]) for row in rows})
        sums = np.full((len(years), 12), np.nan)
        for row in rows:
            sums[years.index(int(row["year"])), int(row["month"]) - 1] = float(row["H(h)_m"])
        database = str(answer["inputs"]["meteo_data"]["radiation_db"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _no_answer("MRcalc", repr(error)) from error
    if not years or not np.isfinite(sums).all() or (sums < 0).any():
        raise _no_answer("MRcalc", "months that are missing")
    totals = sums.sum(axis=1)
    spread = float(totals.std(ddof=1) / totals.mean()) if len(years) > 1 else 0.04
    return {
        "latitude": round(latitude, 4),
        "longitude": round(longitude, 4),
        "sums_kwh_m2": [round(float(value), 2) for value in sums.mean(axis=0)],
        "interannual": round(spread, 4),
        "years": [years[0], years[-1]],
        "database": database,
        "fetched": now().isoformat(),
    }


def fetch_yield(
    latitude: float,
    longitude: float,
    tilt_deg: float,
    azimuth: CompassAzimuth,
    *,
    loss_percent: float = 14.0,
    door: Door | None = None,
) -> tuple[float, float]:
    """What PVGIS itself expects of 1 kWp on a roof (tool PVcalc): kWh a year, and kWh/m2 of sun.

    For comparison with ``potential``. PVGIS counts azimuths from the south, which is why this takes
    a ``CompassAzimuth`` and converts it. Errors as in ``pvgis_sky``.
    """
    compass_values(azimuth)
    question = {
        "lat": f"{latitude:.4f}",
        "lon": f"{longitude:.4f}",
        "peakpower": "1",
        "loss": f"{loss_percent:g}",
        "angle": f"{tilt_deg:g}",
        "aspect": f"{float(azimuth.to_south().values):g}",
        "mountingplace": "building",
    }
    answer = _ask("PVcalc", question, door or Door())
    try:
        totals = answer["outputs"]["totals"]["fixed"]
        return float(totals["E_y"]), float(totals["H(i)_y"])
    except (KeyError, TypeError, ValueError) as error:
        raise _no_answer("PVcalc", repr(error)) from error


def _kept(cache: Path, latitude: float, longitude: float) -> dict[str, Any] | None:
    if not cache.is_file():
        return None
    known: dict[str, Any] = read_json(cache)
    moved = max(abs(known["latitude"] - latitude), abs(known["longitude"] - longitude))
    return known if moved <= MOVED_DEG else None


def _ask(tool: str, question: Mapping[str, str], door: Door) -> Any:  # noqa: ANN401 - any JSON
    """Ask, and ask again while PVGIS is busy (429, 5xx) or out of reach; each pause is longer."""
    from urllib.parse import urlencode

    url = f"{door.entry}/{tool}?{urlencode({**question, 'outputformat': 'json'})}"
    for attempt in range(1, door.tries + 1):
        try:
            return _answer(url, tool, door.timeout_s)
        except _Busy as busy:
            if attempt == door.tries:
                raise MissingTool(
                    "PVGIS cannot be reached",
                    where=door.entry,
                    got=str(busy),
                    next_step="try again later, or work offline with the packaged sky",
                ) from busy
            time.sleep(door.pause_s * attempt)
    raise MissingTool("PVGIS was not asked", expected="at least one try", got=str(door.tries))


class _Busy(Exception):
    """Worth another try."""


def _answer(url: str, tool: str, timeout_s: float) -> Any:  # noqa: ANN401 - any JSON value
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    try:
        with urlopen(Request(url, headers={"User-Agent": "geoml"}), timeout=timeout_s) as answer:
            body = answer.read(MOST_BYTES + 1)
    except HTTPError as error:
        with error:
            said = error.read(2000).decode("utf-8", "replace")
        if error.code == 429 or error.code >= 500:
            raise _Busy(f"HTTP {error.code}") from error
        raise OutsideData(
            "PVGIS has no answer for this place",
            where=tool,
            got=_message(said) or f"HTTP {error.code}",
            next_step="PVGIS covers land between about 60 S and 74 N; use the packaged sky there",
        ) from error
    except (URLError, TimeoutError, ConnectionError) as error:
        raise _Busy(str(error)) from error
    if len(body) > MOST_BYTES:
        raise _no_answer(tool, f"more than {MOST_BYTES} bytes")
    try:
        return json.loads(body)
    except ValueError as error:
        raise _no_answer(tool, "no JSON") from error


def _message(said: str) -> str:
    """The sentence in an error of PVGIS ({"message": ..., "status": ...}), "" where none is."""
    try:
        document = json.loads(said)
    except ValueError:
        return ""
    return str(document.get("message", ""))[:300] if isinstance(document, dict) else ""


def _no_answer(tool: str, got: str) -> UnreadableFile:
    return UnreadableFile(
        "not an answer of PVGIS",
        where=tool,
        expected="the JSON of its version 5.3",
        got=got,
        next_step="its format may have changed: work offline with the packaged sky",
    )
