"""Parsers of what strangers write: whatever the text, an answer or one of our own errors, soon.

The properties are in ``tests/fuzz/target.py``, which also runs for as long as one likes:
``python tests/fuzz/target.py --seconds 600`` (by coverage, where ``atheris`` is installed).
"""

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TARGET = Path(__file__).with_name("target.py")
_spec = importlib.util.spec_from_file_location("fuzz_target", TARGET)
target = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(target)

WORDS = [
    *(
        "0",
        "1",
        "-180",
        "180",
        "90",
        "1e308",
        "1e400",
        "NaN",
        "inf",
        "-0",
        ".",
        ",",
        "/",
        "..",
        "P",
    ),
    *("P", "T", "Z", "2025-07-20", "2025-07-20T00:00:00Z", "P2D", "P99999Y", "W", "%2f", "%00"),
    *(
        "(",
        ")",
        "NOT ",
        "AND ",
        "OR ",
        "name",
        "'a'",
        " = ",
        " LIKE ",
        " IN ",
        "BETWEEN ",
        "CASEI(",
    ),
    *("S_INTERSECTS(", "geometry", "POINT(0 0)", "BBOX(", "POLYGON((", "\0", "\r\n", "é", "\ud800"),
    *("tiles", "@", ".png", "?style=", "&", "=", "+", "٣", "1_0", "0x1", "^", "*", "IS NULL", '"'),
]
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(WORDS), max_size=40).map("".join),
    st.lists(st.floats(width=64), min_size=3, max_size=7).map(lambda f: ",".join(map(repr, f))),
)
FUZZ = settings(
    max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("name", target.PARSERS)
def test_texts_that_hurt_others(name):
    for text in target.CORPUS:
        target.check(name, text)


@pytest.mark.parametrize("name", target.PARSERS)
def test_any_text(name):
    FUZZ(given(TEXTS)(lambda text: target.check(name, text)))()


def test_a_parser_that_fails_in_its_own_way_is_seen(monkeypatch):
    monkeypatch.setitem(target.PARSERS, "broken", lambda text: int(text))
    with pytest.raises(ValueError, match="invalid literal"):
        target.check("broken", "x")


def test_a_parser_that_takes_long_is_seen(monkeypatch):
    def slow(_text):
        until = time.process_time() + 1.1 * target.SLOWEST_S
        while time.process_time() < until:
            pass

    monkeypatch.setitem(target.PARSERS, "slow", slow)
    with pytest.raises(target.TooSlow):
        target.check("slow", "x")


def test_the_boxes_that_are_read_are_boxes():
    @FUZZ
    @given(st.lists(st.floats(-200, 200), min_size=4, max_size=4))
    def law(values):
        for west, south, east, north in target.boxes(",".join(map(repr, values))):
            assert -180 <= west <= east <= 180
            assert -90 <= south <= north <= 90

    law()


@pytest.mark.slow
def test_the_target_runs_by_itself():
    done = subprocess.run(
        [sys.executable, TARGET, "--seconds", "3"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "texts" in done.stdout
