"""The ``datetime`` parameter: instants and intervals of RFC 3339, open ends and durations."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from geoml.api.ogc.parameters import Parameter, wrong

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W|(?=\d|T\d)(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?"
    r"(?:(?P<days>\d{1,6})D)?(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?"
    r"(?:(?P<seconds>\d{1,6})S)?)?)",
    re.ASCII,
)
_EXPECTED = "2025-07-20, 2025-07-20T12:00:00Z, a/b, ../b, a/.. or a/P2D, in that order of time"
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Interval(NamedTuple):
    """Both ends belong to it; an open end is the first or the last moment that there is."""

    start: datetime
    end: datetime

    def meets(self, other: Interval) -> bool:
        """Whether the two have a moment in common."""
        return self.start <= other.end and other.start <= self.end


def interval(text: str) -> Interval:
    """The interval that ``text`` names; a date is its whole day (UTC). Raises InvalidArgument.

    Grammar: OGC 17-069r4, 7.15.4, with the durations of ISO 8601 in place of one end.
    """
    try:
        found = _interval(text)
    except (ValueError, OverflowError) as error:
        raise _nonsense(text) from error
    if found is None or found.start > found.end:
        raise _nonsense(text)
    return found


def _interval(text: str) -> Interval | None:
    first, slash, second = text.partition("/")
    if not slash:
        return _point(first)
    if {first, second} <= {"", ".."}:
        return None
    if second.startswith("P"):
        start = _point(first)
        return start and Interval(start.start, _moved(start.start, second, 1))
    if first.startswith("P"):
        end = _point(second)
        return end and Interval(_moved(end.end, first, -1), end.end)
    start = Interval(FIRST, FIRST) if first in {"", ".."} else _point(first)
    end = Interval(LAST, LAST) if second in {"", ".."} else _point(second)
    return start and end and Interval(start.start, end.end)


def _point(text: str) -> Interval | None:
    if _DAY.fullmatch(text):
        day = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        return Interval(day, day + timedelta(days=1, microseconds=-1))
    if _INSTANT.fullmatch(text):
        digits = re.sub(r"(\.\d{6})\d+", r"\1", text.upper())  # Python keeps microseconds
        moment = datetime.fromisoformat(digits).astimezone(UTC)
        return Interval(moment, moment)
    return None


def _moved(moment: datetime, duration: str, sign: int) -> datetime:
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise ValueError(duration)
    parts = {name: sign * int(value or 0) for name, value in match.groupdict().items()}
    moment = _months(moment, 12 * parts.pop("years") + parts.pop("months"))
    return moment + timedelta(**parts)


def _months(moment: datetime, count: int) -> datetime:
    """``count`` months on; a day that the month does not have becomes its last."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + count, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(year)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def _nonsense(text: str) -> Exception:
    return wrong("datetime", "not a time or an interval", expected=_EXPECTED, got=text)


DATETIME = Parameter(
    "datetime",
    interval,
    {"type": "string", "example": "2025-07-20/.."},
    "Only features whose data are of that time: an RFC 3339 date or date-time, or an interval "
    "`a/b`, open to one side as `../b` or `a/..`, or with an ISO 8601 duration as `a/P2D`.",
)
