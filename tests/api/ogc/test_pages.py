"""The pages for people: /conf/html, two languages, accessible, and deaf to hostile text."""

import shutil
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.ogc.markup import Html, join, tag
from geoml.api.settings import Settings
from geoml.files import read_json, write_json
from geoml.paths import Home

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
VOID = {"meta", "link", "br", "img", "input"}


class Strict(HTMLParser):
    """Every element is closed in its order; keeps names, attributes and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.text = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, name, attributes):
        self.seen.append((name, dict(attributes)))
        if name not in VOID:
            self.open.append(name)

    def handle_endtag(self, name):
        assert self.open.pop() == name

    def handle_data(self, data):
        self.text.append(data)

    def all(self, name):
        return [attributes for tag, attributes in self.seen if tag == name]


def paths(collection):
    one = collection.features[0]["id"]
    below = ("", "/items", "/queryables", f"/items/{one}")
    return ["/", "/conformance", "/collections", *(collection.path + one for one in below)]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_html_definition_and_content(api, collection, language):
    for path in paths(collection):
        answer = api.get(path, headers={"accept": "text/html", "accept-language": language})
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-language"] == language
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        page = Strict(answer.text)
        assert page.all("html") == [{"lang": language}]
        assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
        assert page.all("script") == []
        assert all("style" not in attributes for _, attributes in page.seen)
        assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.all("svg"))
        for link in page.all("a"):
            if link["href"].startswith(("http://testserver/maps/", "https://spdx.org/licenses/")):
                continue  # the built map is not part of a test's checkout; the other is a licence's
            assert api.get(link["href"]).status_code == 200, link


def test_a_page_of_features_shows_them(api, collection):
    page = Strict(api.get(f"{collection.items}?f=html&limit=7").text)
    assert len(page.all("path")) == 7
    words = " ".join(page.text)
    for one in collection.features[:7]:
        assert one["id"] in words
    assert str(len(collection.features)) in words
    (following,) = [link for link in page.all("a") if link.get("rel") == "next"]
    second = Strict(api.get(following["href"]).text)
    assert collection.features[7]["id"] in " ".join(second.text)


def test_hostile_names_are_text(town, tmp_path):
    """An area called like an attack: on every page it is words, in JSON it is a string."""
    home = Home(tmp_path / "home")
    for folder in ("areas", "editions"):
        shutil.copytree(town.root / folder, home.root / folder)
    note = home.area("town") / "area.json"
    write_json(note, {**read_json(note), "name": HOSTILE})
    with TestClient(create_app(Settings(home=home.root))) as client:
        listed = client.get("/collections").json()["collections"]
        assert any(HOSTILE in one["title"] for one in listed)
        below = [f"/collections/{one['id']}{end}" for one in listed for end in ("", "/items")]
        for path in ("/", "/collections", *below):
            page = Strict(client.get(f"{path}?f=html").text)
            assert page.all("script") == page.all("img") == []
            assert HOSTILE in " ".join(page.text)


@pytest.mark.parametrize("query", ["limit=5&kind=%3Cscript%3E", "filter=kind%3D%27%3Cscript%3E%27"])
def test_a_hostile_question_is_quoted(api, collection, query):
    answer = api.get(f"{collection.items}?f=html&{query}")
    assert "<script>" not in answer.text
    hostile = api.get(f"{collection.items}?<script>=1", headers={"accept": "text/html"})
    assert hostile.headers["content-type"] == "application/problem+json"


def test_markup_escapes_what_is_not_markup():
    assert tag("a", HOSTILE, href=HOSTILE).count("<") == 2
    assert join("<", Html("<b>"), 1, None) == "&lt;<b>1"
    assert tag("input", required=True, value=None) == "<input required>"
