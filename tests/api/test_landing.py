"""The front page: in the language of the browser, with what there is, and nothing executable."""

from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.areas import area as areas
from geoml.paths import Home

HTML = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A server with an area whose name is HTML, and nothing published."""
    home = Home(tmp_path_factory.mktemp("hostile"))
    areas.create(home, "bad", "<script>alert(1)</script>", bbox=(4.8, 45.7, 4.9, 45.8))
    with TestClient(create_app(Settings(home=home.root))) as client:
        yield client


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("de-DE,en-US;q=0.7", "en"), ("de", "fr"), ("", "fr")],
)
def test_the_page_speaks_the_language_of_the_browser(hostile, accepted, lang):
    answer = hostile.get("/", headers={**HTML, "accept-language": accepted})
    assert answer.headers["content-language"] == lang
    assert f'<html lang="{lang}">' in answer.text
    assert "Accept-Language" in answer.headers["vary"]


def test_a_link_chooses_the_language_and_an_unknown_one_is_refused(hostile):
    assert "Open the map" in hostile.get("/?lang=en", headers=HTML).text
    assert "Ouvrir la carte" in hostile.get("/?lang=fr", headers=HTML).text
    assert hostile.get("/?lang=de", headers=HTML).status_code == 400


def test_a_name_is_text_whatever_it_holds(hostile):
    text = hostile.get("/?lang=en", headers=HTML).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "nothing published yet" in text


def test_programs_get_json(hostile):
    links = hostile.get("/", headers={"accept": "application/json"}).json()["links"]
    paths = {urlsplit(one["href"]).path for one in links}
    assert paths >= {"/maps/", "/api", "/docs", "/areas", "/services", "/collections"}
