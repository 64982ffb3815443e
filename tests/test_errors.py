"""The drawing of the error tree is true, and errors survive a trip through JSON."""

import json

import pytest

from geoml import errors
from geoml.cli.app import EXIT, exit_code
from geoml.errors import GeomlError, from_dict, walk

LEAVES = [kind for kind in walk(GeomlError) if not kind.__subclasses__()]


def test_every_error_is_in_the_drawing_at_the_top():
    drawn = set(errors.__doc__.replace("|--", " ").replace("`--", " ").split())
    assert not [kind.__name__ for kind in walk(GeomlError) if kind.__name__ not in drawn]


def test_the_message_says_what_where_expected_got_and_the_next_step():
    error = errors.UnknownUnit(
        "no unit",
        where="lst",
        expected="degC or K",
        got="nothing",
        next_step="pass --unit lst=degC",
    )
    assert str(error) == "lst: no unit (expected degC or K, got nothing); pass --unit lst=degC"


@pytest.mark.parametrize("kind", LEAVES)
def test_an_error_survives_json(kind):
    error = kind("what", where="here", expected="this", got="that", next_step="do it")
    back = from_dict(json.loads(json.dumps(error.as_dict())))
    assert type(back) is kind
    assert str(back) == str(error)


def test_an_unknown_type_from_a_child_becomes_a_data_error():
    assert type(from_dict({"type": "SystemExit", "what": "x"})) is errors.DataError


@pytest.mark.parametrize("kind", LEAVES)
def test_every_leaf_has_an_exit_code_and_a_status(kind):
    from geoml.api.problems import STATUS, status_of

    assert exit_code(kind) in {2, 3, 4}
    assert 400 <= status_of(kind) < 600
    assert set(EXIT) <= set(walk(GeomlError)) >= set(STATUS)
