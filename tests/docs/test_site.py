"""The built site: every link leads somewhere, nothing is loaded from elsewhere."""

import json
import re
import shutil
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from geoml import catalog

pytestmark = pytest.mark.slow

LOADS = {"src", "srcset", "poster", "data"}
IMPORTED = re.compile(r"(?:url\(|@import )['\"]?((?:https?:)?//[^'\")]+)")
WELL_FORMED = re.compile(r"https://[\w.-]+\.\w+(/\S*)?|mailto:\S+@\S+")
HERE = re.compile(r"localhost|127\.0\.0\.1")
LOADING_RELS = {"stylesheet", "icon", "preload", "preconnect", "manifest", "modulepreload"}


class Links(HTMLParser):
    """Ids of a page, what it loads and what it links to."""

    def __init__(self):
        super().__init__()
        self.ids, self.loads, self.links = set(), [], []

    def handle_starttag(self, tag, attributes):
        told = {name: value or "" for name, value in attributes}
        self.ids |= {told[name] for name in ("id", "name") if name in told}
        self.loads += [told[name] for name in LOADS if name in told]
        rel = set(told.get("rel", "").split())
        if tag == "link" and rel & LOADING_RELS:
            self.loads.append(told["href"])
        elif "href" in told:
            self.links.append(told["href"])
        self.loads += re.findall(r"url\(([^)]+)\)", told.get("style", ""))


@cache
def page(path):
    links = Links()
    links.feed(path.read_text(encoding="utf-8"))
    return links


def pages(site):
    return sorted(site.rglob("*.html"))


def is_ours(address):
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


def lost(site, path, address):
    """Why an address of our own leads nowhere, or None."""
    parts = urlsplit(address)
    # 404.html is served for any address, so its links start at the root of the site.
    start = site if parts.path.startswith("/") else path.parent
    place = start / unquote(parts.path).lstrip("/") if parts.path else path
    place = place / "index.html" if place.is_dir() else place
    if not place.resolve().is_file():
        return f"{path.relative_to(site)}: {address}: no such file"
    if parts.fragment and place.suffix == ".html":
        wanted = unquote(parts.fragment)
        if wanted not in page(place.resolve()).ids and wanted != "__skip":
            return f"{path.relative_to(site)}: {address}: no such place"
    return None


def test_every_own_link_leads_somewhere(site):
    wrong = [
        why
        for path in pages(site)
        for address in [*page(path).links, *page(path).loads]
        if is_ours(address) and (why := lost(site, path, address))
    ]
    assert not wrong


def test_nothing_is_loaded_from_elsewhere(site):
    foreign = [
        (path.name, address)
        for path in pages(site)
        for address in page(path).loads
        if not is_ours(address) and not address.startswith("data:")
    ]
    imported = [
        (path.name, address)
        for path in site.rglob("*.css")
        for address in IMPORTED.findall(path.read_text(encoding="utf-8"))
    ]
    assert not foreign + imported


def test_links_to_elsewhere_are_well_formed(site):
    elsewhere = {
        address for path in pages(site) for address in page(path).links if not is_ours(address)
    }
    assert elsewhere, "sources are linked"
    wrong = [one for one in elsewhere if not WELL_FORMED.fullmatch(one) or HERE.search(one)]
    assert not wrong


def test_every_service_has_its_method_with_formulas_drawn(site):
    for name in catalog.names():
        text = (site / "method" / f"{name}.html").read_text(encoding="utf-8")
        assert "<math" in text
        assert "Law 1" in text
        assert "arithmatex" not in text, "a formula was not drawn"


def test_references_are_made_from_the_code(site):
    command = (site / "reference" / "command.html").read_text(encoding="utf-8")
    assert "geoml ingest" in command
    http = (site / "reference" / "http.html").read_text(encoding="utf-8")
    document = json.loads((site / "reference" / "openapi.json").read_text(encoding="utf-8"))
    for path in document["paths"]:
        assert path in http
    python = "".join(
        path.read_text(encoding="utf-8") for path in (site / "reference" / "python").glob("*.html")
    )
    for name in ("geoml.contract.Service", "geoml.raster.grid.Grid", "geoml.features.ndvi"):
        assert f'id="{name}"' in python


def test_no_path_of_a_machine(site):
    root = str(Path(__file__).parents[2])
    wrong = [path.name for path in pages(site) if root in path.read_text(encoding="utf-8")]
    assert not wrong


@pytest.mark.browser
def test_a_browser_asks_nobody_else_and_finds_words(site):
    """Chromium, phone and desk: no other address, no error, no sideways scroll; search finds."""
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on the PATH")
    with sync_api.sync_playwright() as playwright, _served(site) as address:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 390, "height": 844})
        asked, wrong = [], []
        view.on("request", lambda one: asked.append(one.url))
        view.on("pageerror", lambda one: wrong.append(str(one)))
        view.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
        for path in pages(site):
            view.goto(f"{address}/{path.relative_to(site).as_posix()}")
            wide = view.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, f"{path.relative_to(site)} is wider than a phone"
        view.set_viewport_size({"width": 1280, "height": 800})
        view.goto(f"{address}/index.html")
        view.locator("input.md-search__input").fill("rollback")
        view.locator(".md-search-result__item").first.wait_for()
        browser.close()
        foreign = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert not foreign
    assert not wrong


def _served(folder):
    from contextlib import contextmanager
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    @contextmanager
    def running():
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()

    return running()
