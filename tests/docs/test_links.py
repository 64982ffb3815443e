"""README and docs as GitHub shows them: every relative link leads to a file of the repository."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = {"node_modules", ".venv", ".conda", "data", "build", ".git"}
TEXTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "geoml/**/*.md", "maps/*.md", "models/*.md")
    for path in ROOT.glob(pattern)
    if not SKIPPED & set(path.relative_to(ROOT).parts)
)
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)|(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def anchors(text):
    """Ids that GitHub gives to headings."""
    words = (re.sub(r"[`*_]|\[|\]\(.*?\)", "", one) for one in HEADING.findall(text))
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in words}


def leads_somewhere(path, address):
    name, _, anchor = address.partition("#")
    place = path.parent / name if name else path
    if not anchor or place.suffix != ".md":
        return place.exists()
    return place.exists() and anchor in anchors(place.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_relative_links_lead_to_files(path):
    text = path.read_text(encoding="utf-8")
    lost = []
    for found in LINK.findall(CODE.sub("", text)):
        address = found[0] or found[1]
        if re.match(r"[a-z]+:", address):
            assert re.match(r"https://|mailto:", address), address
            continue
        if not leads_somewhere(path, address):
            lost.append(address)
    assert not lost


def test_the_walk_found_the_texts():
    names = {path.name for path in TEXTS}
    assert {"README.md", "architecture.md", "method.md", "walk-through.md"} <= names
