"""What an edition admits of answers that had to do without."""

from types import SimpleNamespace

import pytest

from geoml.contract import Doubt
from geoml.lifecycle.statement import doubted
from geoml.types import Text

DOUBT = Doubt("no_a", ("a", "b"), Text(fr="Rien de a.", en="Nothing of a."))
SERVICE = SimpleNamespace(doubts=(DOUBT,))


def about(unused=(), **coverage):
    return {"features_coverage_percent": coverage, "features_unused": list(unused)}


@pytest.mark.parametrize(
    ("coverage", "share"), [({"a": 80.0, "b": 86.8}, 13), ({"c": 100.0}, 100), ({"a": 99.4}, None)]
)
def test_the_share_of_an_area_that_had_to_do_without_is_told(coverage, share):
    told = doubted(SERVICE, about(**coverage), {"answered_percent": 100.0})
    assert [one["en"] for one in told] == (
        [f"On {share} % of the area or more: nothing of a."] if share else []
    )


def test_what_is_known_and_not_used_is_no_doubt():
    assert doubted(SERVICE, about(unused=("a",), c=50.0), {"answered_percent": 100.0}) == []
