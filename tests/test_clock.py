from datetime import UTC, datetime, timedelta

import pytest

from geoml.clock import now
from geoml.errors import InvalidArgument


def test_the_time_is_whole_seconds_of_now(monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    got = now()
    assert got.tzinfo is UTC
    assert got.microsecond == 0
    assert abs(datetime.now(UTC) - got) < timedelta(seconds=60)


def test_the_time_can_be_pinned(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1751328000")
    assert now().isoformat() == "2025-07-01T00:00:00+00:00"


@pytest.mark.parametrize("bad", ["yesterday", "1e9", "1" * 30])
def test_a_time_that_is_none_is_refused_with_a_next_step(monkeypatch, bad):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", bad)
    with pytest.raises(InvalidArgument, match="seconds since 1970") as caught:
        now()
    assert "unset" in caught.value.next_step
