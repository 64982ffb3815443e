"""A child tries things; whatever it does, the parent has an answer for every task."""

import sys

import pytest

from geoml.environment import children
from geoml.environment.children import attempt


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """Write modules where children find them."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    def write(**codes):
        for name, code in codes.items():
            (tmp_path / f"{name}.py").write_text(code)

    return write


def test_values_and_files_come_back(modules, tmp_path):
    modules(good="def answer():\n    return {'a': [1, 2]}\n")
    found = attempt([["good", "good:answer"]])
    assert found["good"].file == str(tmp_path / "good.py")
    assert found["good:answer"].value == {"a": [1, 2]}


def test_what_is_printed_is_no_answer(modules):
    modules(loud="import os\nprint('hello')\nos.write(1, b'raw')\n")
    assert attempt([["loud"]])["loud"].broken == ""


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise OSError('libomp.dylib: not found')", "OSError: libomp.dylib: not found"),
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("def broken(:", "SyntaxError"),
        ("raise SystemExit(3)", "status 3"),
        ("import os; os._exit(0)", "status 0"),
        ("import os; os.abort()", "SIGABRT"),
        ("raise ValueError('first\\n\\nHint: second')", "Hint: second"),
    ],
)
def test_a_broken_task_has_a_reason_and_the_next_ones_an_answer(modules, code, why):
    modules(bad=f"{code}\n", good="")
    found = attempt([["good", "bad", "json"], ["string"]])
    assert why in found["bad"].broken
    assert [found[name].broken for name in ("good", "json", "string")] == ["", "", ""]


def test_a_task_that_never_ends_is_ended(modules, monkeypatch):
    monkeypatch.setattr(children, "_PATIENCE_S", 1.0)
    modules(endless="while True: pass\n")
    found = attempt([["endless", "json"]])
    assert found["endless"].broken == "no answer within 1 s"
    assert found["json"].broken == ""


def test_progress_ends_at_one(modules):
    shares = []
    attempt([["json", "string"], ["csv"]], lambda _, share: shares.append(share))
    assert max(shares) == 1.0
