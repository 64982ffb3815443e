"""A law of the house: no code outside a service's own folders says its name."""

import re
import subprocess
from pathlib import Path

import pytest

from geoml import catalog

ROOT = Path(__file__).parent.parent
CODE = {".py", ".ts", ".mjs", ".js", ".toml", ".sh", ".yml", ".yaml", ".css", ".html"}
NAMED = {"Makefile", "run"}  # code without a suffix: `.ci/run`
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
    """Numbers of the lines in which a service's name stands as a word of its own.

    ``_`` ends a word here, so that ``<name>_score`` is found too.
    """
    word = re.compile(rf"(?<![a-z0-9]){re.escape(service)}(?![a-z0-9])")
    return [number for number, line in enumerate(text.splitlines(), 1) if word.search(line)]


@pytest.mark.parametrize("service", catalog.names())
def test_no_code_names_a_service(service):
    own = (f"geoml/services/{service}/", f"tests/services/{service}/")
    read = [name for name in tracked() if code(name) and not name.startswith(own)]
    assert len(read) > 200
    found = [
        f"{name}:{line}"
        for name in read
        for line in said((ROOT / name).read_text(encoding="utf-8"), service)
    ]
    assert found == []


def test_a_name_would_be_found_and_other_words_are_not():
    text = 'run("heat")\nheat_score\n#heat\nheating sheath heat2 2heat\nHeat\n'
    assert said(text, "heat") == [1, 2, 3]
    assert code("Makefile")
    assert code(".ci/run")
    assert not code("README.md")
    assert not code("maps/package-lock.json")
