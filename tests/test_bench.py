"""The page of measurements says what the measurements say, and what was asked for."""

import json
from pathlib import Path

import pytest

from benchmarks import run, targets

FOLDER = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def results():
    return json.loads((FOLDER / "results.json").read_text(encoding="utf-8"))


def test_the_page_is_the_table_of_the_results(results):
    assert (FOLDER / "RESULTS.md").read_text(encoding="utf-8") == run.table(results)


@pytest.mark.parametrize(
    ("most", "value", "met"),
    [(False, 3.0, "yes"), (False, 2.9, "**no**"), (True, 3.0, "yes"), (True, 3.1, "**no**")],
)
def test_a_bound_is_kept_or_it_is_said(monkeypatch, most, value, met):
    monkeypatch.setattr(targets, "TARGETS", (targets.Target("it", ("a", "b"), 3, most),))
    ((what, _, told, kept),) = targets.rows({"a": {"b": value}})
    assert (what, told, kept) == ("it", f"{value:g}", met)


def test_what_nobody_measured_is_not_called_kept(monkeypatch):
    monkeypatch.setattr(targets, "TARGETS", (targets.Target("it", ("a", "b"), 3),))
    assert next(targets.rows({"a": {"not_measured": "no peer"}}))[2:] == ("not measured", "")


def test_every_part_is_there():
    assert set(run.NAMES) <= {one.stem for one in FOLDER.glob("*.py")}
