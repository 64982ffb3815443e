"""Lengths of time as people type them."""

from datetime import timedelta

import pytest

from geoml.clock import span
from geoml.errors import InvalidArgument


@pytest.mark.parametrize(("text", "hours"), [("12h", 12), ("90d", 2160), ("2w", 336)])
def test_a_length_of_time(text, hours):
    assert span(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "90", "0d", "-1d", "1y", "d", "९d", "1d ", "999999d"])
def test_what_is_no_length_of_time(text):
    with pytest.raises(InvalidArgument):
        span(text)
