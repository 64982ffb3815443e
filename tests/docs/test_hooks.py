"""What the site's own code does to navigation, links and formulas."""

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from geoml import catalog

ROOT = Path(__file__).parents[2]


def test_wildcards_become_pages(hook):
    expanded = hook("navigation").expanded
    nav = [{"Start": "index.md"}, {"Method": "method/*"}, {"Guides": ["a.md", "books/*"]}]
    uris = ["index.md", "method/one.md", "method/two.md", "method/picture.png", "a.md"]
    assert expanded(nav, uris) == [
        {"Start": "index.md"},
        {"Method": ["method/one.md", "method/two.md"]},
        {"Guides": ["a.md"]},
    ]


def test_a_wildcard_that_matches_nothing_leaves_no_heading(hook):
    assert hook("navigation").expanded([{"Books": "books/*"}], ["index.md"]) == []


HOMES = {"CHANGELOG.md": "changelog.md"}


@pytest.mark.parametrize(
    ("told", "origin", "uri", "wanted"),
    [
        ("[a](../CHANGELOG.md#x)", "docs/guide.md", "guide.md", "[a](changelog.md#x)"),
        ("[a](adr/0001-records.md)", "docs/architecture.md", "architecture.md", None),
        ("[a](docs/architecture.md)", "CHANGELOG.md", "changelog.md", "[a](architecture.md)"),
        ("[a](#here)", "docs/guide.md", "guide.md", None),
        ("`[a](../CHANGELOG.md)`", "docs/guide.md", "guide.md", None),
        ("[a](nowhere.md)", "docs/guide.md", "guide.md", None),
        ("[a](https://example.org/x.md)", "docs/guide.md", "guide.md", None),
    ],
)
def test_links_follow_the_page(hook, told, origin, uri, wanted):
    assert hook("links").resolved(told, origin, uri, HOMES, ROOT) == (wanted or told)


def test_a_file_without_a_page_is_linked_in_the_repository(hook):
    got = hook("links").resolved("[a](../Makefile)", "docs/guide.md", "guide.md", HOMES, ROOT)
    assert got.startswith("[a](https://")
    assert got.endswith("/blob/main/Makefile)")


def test_a_list_may_follow_its_sentence(hook):
    got = hook("links").spaced("They are\n- one\n- two\n\n```\nno\n- list\n```\n")
    assert got == "They are\n\n- one\n- two\n\n```\nno\n- list\n```\n"


def test_a_doi_with_parentheses_is_a_link(hook):
    got = hook("links").resolved("doi:10.1016/S0034-4257(03)00079-8", "a.md", "a.md", {}, ROOT)
    assert got.endswith("](<https://doi.org/10.1016/S0034-4257(03)00079-8>)")


def test_formulas_are_drawn_while_building(hook):
    pytest.importorskip("latex2mathml", reason="pip install 'geoml[docs]'")
    inside = r'<p><span class="arithmatex">\(T &lt; 3\)</span></p>'
    block = r'<div class="arithmatex">\[\frac{1}{2}\]</div>'
    drawn = hook("formulas").as_mathml(inside + block)
    assert "<mi>T</mi>" in drawn
    assert "<mfrac>" in drawn
    assert "arithmatex" not in drawn


def test_no_service_is_listed_by_name():
    files = [ROOT / "mkdocs.yml", *(ROOT / "docs" / "hooks").glob("*.py"), ROOT / "docs/house.py"]
    wrong = [
        (one.name, name)
        for one in files
        for name in catalog.names()
        if re.search(rf"(?<![a-z]){name}(?![a-z])", one.read_text())
    ]
    assert not wrong


def _house():
    spec = spec_from_file_location("house", ROOT / "docs" / "house.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_drawing_is_the_import_contract():
    house = _house()
    assert house.OUT.read_text(encoding="utf-8") == house.drawing(), "run: python docs/house.py"
    rooms = [name for row in house.layers() for name in row]
    assert not [name for name in rooms if name not in house.WORDS], "say what the room is for"


def test_the_reference_of_a_command_needs_no_home(hook, tmp_path):
    pytest.importorskip("fastapi", reason="pip install 'geoml[serve]'")
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'docs' / 'hooks')!r})\n"
        "import command, http_api; print(len(command.page()), len(http_api.page()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert all(int(one) > 3000 for one in done.stdout.split())
    assert not list(tmp_path.iterdir()), "nothing is written"
