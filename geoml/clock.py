"""The time that goes into what is kept: pinned where bytes must repeat."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from geoml.errors import InvalidArgument

PIN = "SOURCE_DATE_EPOCH"


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
