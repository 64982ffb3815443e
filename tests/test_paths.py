"""An id can never leave its folder."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.errors import InvalidArgument
from geoml.paths import Home, slug

HOME = Home(Path("/town"))


@pytest.mark.parametrize(
    "bad", ["..", "../etc", "a/b", "", "A", "a b", "-a", "a.", "a\0", "é", "a" * 49]
)
def test_a_dangerous_id_is_refused(bad):
    with pytest.raises(InvalidArgument, match="identifier"):
        HOME.area(bad)


@given(st.text(max_size=60))
def test_whatever_is_accepted_stays_inside(name):
    try:
        path = HOME.area(slug(name))
    except InvalidArgument:
        return
    assert path.parent == HOME.areas
