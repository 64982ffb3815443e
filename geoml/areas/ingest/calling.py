"""The whole of an ingestion, as its caller sees it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from geoml.areas import keys
from geoml.areas.area import Area, load
from geoml.areas.ingest import stac
from geoml.areas.ingest.process import DEFAULT, Limits, Progress, run
from geoml.areas.ingest.report import Report, source_report
from geoml.areas.ingest.request import Request, request
from geoml.areas.sources import sources
from geoml.areas.stored import alone, store
from geoml.files import staging, unhurried
from geoml.paths import Home

_ABANDONED_S = 86_400.0


def ingest(
    home: Home,
    area_id: str,
    items: Sequence[str],
    *,
    sensor: str | None = None,
    date: str | None = None,
    units: Mapping[str, str] | None = None,
    licence: str | None = None,
    sun_elevation: float | None = None,
    return_period: float | None = None,
    progress: Progress | None = None,
    limits: Limits = DEFAULT,
) -> Report:
    """Check files and store them as sources of an area; all of a call, or nothing of it.

    ``items`` are ``KEY=PATH[:BAND|:LAYER]``; a key that is there already is replaced. ``sensor``
    says which product the bands come from (see ``sensors.SENSORS``), ``date`` the day or instant
    they show, ``units`` the unit of a temperature or a height (``{"lst": "degC", "dem": "ft"}``),
    ``return_period`` how many years pass between two events like that of ``keys.EVENTS``. The files
    are opened by a child process under ``limits``; nothing is stored before all are checked.

    Raises UnknownArea, UnknownKey, InvalidArgument, or a DataError that names the file.
    """
    area = load(home, area_id)
    asked = request(
        items,
        sensor=sensor,
        date=date,
        units=units or {},
        licence=licence,
        sun_elevation=sun_elevation,
        return_period=return_period,
    )
    folder = home.sources(area_id)
    with staging(folder, "ingest") as temporary:
        sweep(folder, keep=temporary)
        staged = run(
            _task(home, area, asked, temporary),
            names=", ".join(f"{item.key}={item.path}" for item in asked.items),
            limits=limits,
            progress=progress,
        )["sources"]
        for name in staged.keys() & {*keys.EVENTS}:
            _add_return_period(staged[name], asked.return_period)
        with unhurried():  # all of the sources or none, also when Ctrl-C comes now
            _store(home, area, asked, temporary, staged)
    if progress is not None:
        progress("stored", 1.0)
    day = asked.when[:10] if asked.when else None
    pixel = area.grid.pixel_x
    return Report(area.id, tuple(source_report(k, f, pixel, day) for k, f in staged.items()))


def _add_return_period(facts: dict[str, Any], years: float | None) -> None:
    if years is not None:
        facts["return_period_years"] = years
        facts["notes"] = [*facts["notes"], f"return period {years:g} years"]


def sweep(folder: Path, *, keep: Path) -> None:
    """Remove staging folders that a killed process left behind more than a day ago."""
    for left in folder.glob(".ingest-*"):
        if left != keep and time.time() - left.stat().st_mtime > _ABANDONED_S:
            shutil.rmtree(left, ignore_errors=True)


def _task(home: Home, area: Area, asked: Request, folder: Path) -> dict[str, Any]:
    buildings = sources(home, area).get("buildings")
    items = [{**asdict(item), "path": str(item.path.absolute())} for item in asked.items]
    return {
        "task": "ingest",
        "grid": area.grid.as_dict(),
        "folder": str(folder.absolute()),
        "sensor": asked.sensor,
        "when": asked.when,
        "units": dict(asked.units),
        "sun_elevation": asked.sun_elevation,
        "items": items,
        "footprints": str(buildings.path.absolute()) if buildings else None,
    }


def _store(
    home: Home, area: Area, asked: Request, temporary: Path, staged: Mapping[str, Mapping[str, Any]]
) -> None:
    folder = home.sources(area.id)
    documents = {}
    for name, facts in staged.items():
        data = temporary / facts["file"]
        licence = asked.licence or facts.get("licence")  # OpenStreetMap's goes without saying
        documents[name] = stac.item(
            area, keys.get(name), data, facts, when=asked.when, licence=licence
        )
    with alone(folder):
        for name, facts in staged.items():
            beyond = facts.get("around")
            around = temporary / beyond["file"] if beyond else None
            store(folder, name, temporary / facts["file"], documents[name], around=around)
        if any(keys.get(name).kind == "vector" for name in staged):
            from geoml.areas import units  # with pandas, which rasters need not wait for

            for name in staged:
                if name in units.PREFIXES:
                    units.refresh(home, area, name)
