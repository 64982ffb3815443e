"""The time that goes into what is kept, pinned where bytes must repeat; and lengths of time."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta

from geoml.errors import InvalidArgument

PIN = "SOURCE_DATE_EPOCH"
_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhdw])", re.ASCII)
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def now() -> datetime:
    """The time in UTC, whole seconds; what ``SOURCE_DATE_EPOCH`` says where it is set.

    The convention of https://reproducible-builds.org/specs/source-date-epoch/: seconds since
    1970-01-01T00:00:00Z. Raises InvalidArgument when it holds something else.
    """
    pinned = os.environ.get(PIN)
    if not pinned:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(pinned), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidArgument(
            "not a time",
            where=PIN,
            expected="whole seconds since 1970, such as 1751328000",
            got=repr(pinned)[:40],
            next_step=f"correct {PIN} in the environment, or unset it",
        ) from error


def span(text: str) -> timedelta:
    """A length of time such as ``90d``, ``12h``, ``30m`` or ``2w``; raises InvalidArgument."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise InvalidArgument(
            "not a length of time",
            expected="a number and m, h, d or w, such as 90d",
            got=repr(text)[:40],
            next_step="write 90d for ninety days",
        )
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
