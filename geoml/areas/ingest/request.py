"""What the caller asks to ingest, checked before any file is opened."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from geoml.areas import keys
from geoml.areas.ingest import lengths, sensors, temperatures
from geoml.errors import InvalidArgument, UnreadableFile


@dataclass(frozen=True, slots=True)
class Item:
    """One ``KEY=PATH[:BAND|:LAYER]``: an existing path, and the band or layer chosen in it."""

    key: str
    path: Path
    band: int | None = None
    layer: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A whole call: items, and what the caller knows about them.

    ``when`` is ISO 8601, a day or an instant; ``units`` are by key, ``degC``, ``K``, ``dn``,
    or of ``lengths``;
    ``return_period`` is that of the event which ``keys.EVENTS`` show, in years.
    """

    items: tuple[Item, ...]
    sensor: str | None
    when: str | None
    units: Mapping[str, str]
    licence: str | None
    sun_elevation: float | None
    return_period: float | None = None


def request(
    texts: Sequence[str],
    *,
    sensor: str | None,
    date: str | None,
    units: Mapping[str, str],
    licence: str | None,
    sun_elevation: float | None,
    return_period: float | None = None,
) -> Request:
    """The checked request; raises UnknownKey, InvalidArgument or UnreadableFile."""
    items = tuple(parse(text) for text in texts)
    if not items:
        raise InvalidArgument("nothing to ingest", expected="KEY=PATH, one or more")
    rasters = [item.key for item in items if _given(item).kind != "vector"]
    _check_alike(items, rasters)
    for key in rasters:
        if rasters.count(key) > 1:
            raise InvalidArgument(
                "given twice in one call",
                where=key,
                expected="one raster per key (vectors given twice are merged)",
                next_step="merge the rasters first (QGIS: Raster > Miscellaneous > Merge)",
            )
    if sensor is not None:
        sensors.get(sensor).check(rasters)
    if sun_elevation is not None and not 0.0 < sun_elevation <= 90.0:
        raise InvalidArgument(
            "not an elevation of the sun",
            where="--sun-elevation",
            expected="more than 0 and at most 90 degrees",
            got=str(sun_elevation),
        )
    _check_return_period(None if return_period is None else float(return_period), items)
    named = {key: _unit(key, unit, rasters) for key, unit in units.items()}
    return Request(items, sensor, _when(date), named, licence, sun_elevation, return_period)


def _given(item: Item) -> keys.Key:
    return keys.as_given(keys.get(item.key), item.path)


def _check_alike(items: Sequence[Item], rasters: Sequence[str]) -> None:
    """Polygons and cells of one key cannot be merged."""
    mixed = sorted({item.key for item in items if _given(item).kind == "vector"} & {*rasters})
    if mixed:
        raise InvalidArgument(
            "polygons and a raster in one call",
            where=mixed[0],
            expected="polygons alone, or one raster",
            next_step="ingest the one that knows more; a later call replaces it",
        )


def _check_return_period(years: float | None, items: Sequence[Item]) -> None:
    if years is None:
        return
    if not (1.0 <= years <= 10_000.0 and years.is_integer()):
        raise InvalidArgument(
            "not a return period",
            where="--return-period",
            expected="a whole number of years, 1 to 10000",
            got=f"{years:g}",
        )
    if not {item.key for item in items} & {*keys.EVENTS}:
        raise InvalidArgument(
            "a return period without an event",
            where="--return-period",
            expected=f"{' or '.join(keys.EVENTS)} in the same call",
            got=", ".join(item.key for item in items),
        )


def parse(text: str) -> Item:
    """One ``KEY=PATH[:BAND|:LAYER]``; colons inside an existing path belong to the path."""
    name, equals, rest = text.partition("=")
    if not equals or not rest.strip():
        raise InvalidArgument(
            "not a source",
            where=repr(text)[:120],
            expected="KEY=PATH, KEY=PATH:BAND or KEY=PATH:LAYER",
            next_step="for example nir=scene.tif:4",
        )
    key = keys.get(name.strip())
    whole = Path(rest).expanduser()
    if _there(whole):
        return Item(key.name, whole)
    found = _split(rest)
    if found is None:
        raise UnreadableFile(
            "no such file",
            where=f"{key.name}={rest}"[:300],
            expected="an existing file, and after a colon the band or layer in it",
            next_step="check the path; relative paths start at the current folder",
        )
    path, right = found
    if keys.as_given(key, path).kind == "vector":
        return Item(key.name, path, layer=right)
    if not (right.isascii() and right.isdigit()) or int(right) < 1:
        raise InvalidArgument(
            "not a band",
            where=f"{key.name}={rest}"[:300],
            expected="a band number from 1 on after the colon",
            got=repr(right)[:60],
        )
    return Item(key.name, path, band=int(right))


def _split(rest: str) -> tuple[Path, str] | None:
    """(existing path, what follows its colon); names of layers may have colons of their own."""
    left, colon, right = rest.rpartition(":")
    while colon and left:
        path = Path(left).expanduser()
        if _there(path):
            return path, right
        left, colon, more = left.rpartition(":")
        right = f"{more}:{right}"
    return None


def _there(path: Path) -> bool:
    """Whether the path leads anywhere; a name too long or a closed folder leads nowhere."""
    try:
        return path.exists()
    except OSError:
        return False


def _unit(key: str, unit: str, rasters: Sequence[str]) -> str:
    given = keys.get(key)
    if key not in rasters or not (given.kind == "temperature" or given.unit == "m"):
        raise InvalidArgument(
            "a unit can be given for temperatures and heights of this call only",
            where=f"--unit {key}={unit}"[:80],
            expected="lst, thermal, dem, dsm or flood_depth, ingested by the same call",
        )
    return lengths.named(key, unit) if given.unit == "m" else temperatures.named(key, unit)


def _when(date: str | None) -> str | None:
    if date is None:
        return None
    try:
        moment = datetime.fromisoformat(date)
    except ValueError as error:
        raise InvalidArgument(
            "not a date",
            where="--date",
            expected="YYYY-MM-DD, or YYYY-MM-DDTHH:MM:SSZ",
            got=repr(date)[:40],
        ) from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    _check_past(date, aware)
    if len(date) <= 10:
        return moment.date().isoformat()
    return aware.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _check_past(date: str, moment: datetime) -> None:
    """Refuse a date to come; where the day began already it is a day later than in UTC.

    By the machine's clock, not ``geoml.clock``: that one is pinned, often before the scene.
    """
    today = datetime.now(UTC)
    if moment - today > timedelta(days=1):
        raise InvalidArgument(
            "a date in the future",
            where="--date",
            expected=f"a day up to today, {today:%Y-%m-%d}",
            got=date[:40],
            next_step="give the date on which the scene was taken",
        )


def day_and_hour(when: str) -> tuple[datetime, float | None]:
    """(midnight UTC of the day, hour of the day in UTC or None when only the day is known)."""
    moment = datetime.fromisoformat(when)
    day = datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    if len(when) <= 10:
        return day, None
    return day, math.fmod((moment - day).total_seconds() / 3600.0, 24.0)
