"""A law of the house: no code outside a service's own folders says its name."""

import re
import subprocess
from pathlib import Path

import pytest

from geoml import catalog

ROOT = Path(__file__).parent.parent
CODE = {".py", ".ts", ".mjs", ".js", ".toml", ".sh", ".yml", ".yaml", ".css", ".html"}
NAMED = {"Makefile", "run"}  # code without a suffix: `.ci/run`
VERBS = ("train", "run", "promote", "rollback", "editions")
TRADE = re.compile(r"service|catalog|edition|model|champion|geoml|\b(?:run|train|predict)\b", re.I)
"""What is said beside a literal that names a service; a seed or a folder is no service."""
PROSE = re.compile(r"^mkdocs\.yml$|^docs/.*\.html$")


def tracked() -> list[str]:
    """Files under version control, as paths from the root."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.skip(f"not a checkout: {done.stderr.strip()[:80]}")
    return [name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def code(name: str) -> bool:
    """Whether a tracked file is code, and not prose."""
    path = Path(name)
    return (path.suffix in CODE or path.name in NAMED) and not PROSE.match(name)


def said(text: str, service: str) -> list[int]:
    """Numbers of the lines in which a service's name stands for the service.

    A service may be called by an English word (``people``, ``flood``), which code says all day.
    Its name acts in a path, a module, a column and a command, and as a literal beside a word
    of the trade.
    """
    name = re.escape(service)
    acts = re.compile(
        rf"services[./]{name}(?![a-z0-9])"
        rf"|(?<![a-z0-9]){name}_score(?![a-z0-9])"
        rf"|geoml (?:{'|'.join(VERBS)}) {name}(?![a-z0-9])"
    )
    literal = re.compile(rf"([\"'`]){name}\1")
    return [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if acts.search(line) or (literal.search(line) and TRADE.search(literal.sub("", line)))
    ]


def found_in_code(service: str) -> list[str]:
    """``path:line`` of every place outside a service's own folders that says its name."""
    own = (f"geoml/services/{service}/", f"tests/services/{service}/")
    read = [name for name in tracked() if code(name) and not name.startswith(own)]
    assert len(read) > 200
    return [
        f"{name}:{line}"
        for name in read
        if name != "tests/test_no_names.py"
        for line in said((ROOT / name).read_text(encoding="utf-8"), service)
    ]


@pytest.mark.parametrize("service", catalog.names())
def test_no_code_names_a_service(service):
    assert found_in_code(service) == []


@pytest.mark.parametrize("service", ["people", "flood", "rain", "rooftop"])
def test_a_service_may_be_called_by_an_english_word(service):
    assert found_in_code(service) == []


def test_the_example_of_the_guide_is_one_of_them():
    guide = (ROOT / "docs" / "add-a-service.md").read_text(encoding="utf-8")
    assert re.search(r"`geoml/services/(\w+)/", guide)[1] == "people"


@pytest.mark.parametrize(
    "line",
    [
        'run(home, "rain", "town")',
        'SERVICE = "rain"',
        "catalog.get('rain')",
        "from geoml.services.rain import SERVICE",
        'client.get("/services/rain/at")',
        'path = "geoml/services/rain"',
        'units["rain_score"]',
        "geoml train rain --area a",
    ],
)
def test_a_name_that_acts_is_found(line):
    assert said(f"rain\n{line}\n", "rain") == [2]


@pytest.mark.parametrize(
    "line",
    [
        "where people run their models",
        'stream(seed, "people")',
        'folder / "people" / "lyon"',
        "peoples_score people2 services/peoples",
        "def people(layout):  # a model of people",
    ],
)
def test_the_same_word_in_plain_english_is_not(line):
    assert said(line, "people") == []


def test_what_is_code():
    assert code("Makefile")
    assert code(".ci/run")
    assert not code("README.md")
    assert not code("maps/package-lock.json")
