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


def test_a_part_may_have_single_values_and_tables_and_lack_peers():
    told = {
        "rows": 3,
        "ours_ms": 1.5,
        "peer_left_out": "no such program",
        "tables": {
            "ours": {"page_ms": 1.0, "per_s": 12_345.6},
            "theirs": {"page_ms": 2.0, "per_s": 7},
        },
        "uneven": {"ours": {"a": 1}, "theirs": {"b": 2}},
        "flat": {"c": 3},
        "nothing": {},
    }
    lines = run._section(told)
    assert "| ours (ms) | 1.5 |" in lines
    assert "| peer left out | no such program |" in lines
    assert "| tables | page (ms) | per s |" in lines
    assert "| ours | 1 | 12,346 |" in lines
    assert "| theirs |  | 2 |" in lines
    assert lines[-3:] == ["| flat | c |", "|---|---:|", "|  | 3 |"]


def test_every_part_is_there():
    assert set(run.NAMES) <= {one.stem for one in FOLDER.glob("*.py")}
