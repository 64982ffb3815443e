"""A real server and a real Chromium."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from geoml.cli.smoke import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parents[2] / "maps" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def _served(home):
    from geoml.paths import maps_dir

    if not maps_dir().is_dir():
        pytest.skip("the front end is not built: run `make maps`")
    with serving(home=home) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def address(town):
    yield from _served(town.root)


@pytest.fixture(scope="session")
def bare(tmp_path_factory):
    """A server whose home has nothing in it."""
    yield from _served(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="session")
def silent(tmp_path_factory, little):
    """A server with an area of which nothing is published."""
    from geoml.areas import area as areas
    from geoml.paths import Home

    root = tmp_path_factory.mktemp("silent")
    areas.create(Home(root), "still", "Silence", bbox=little.bbox, synthetic=True)
    yield from _served(root)


@pytest.fixture(scope="module")  # its event loop may not outlive the file: others run their own
def browser():
    if CHROMIUM is None:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser):
    """Opens pages as different people would: ``visit(phone=True, locale="fr-FR")``.

    Each remembers what it asked for and what it complained about.
    """
    contexts = []

    def opened(*, phone=False, size=None, locale="en-GB", **options):
        viewport = size or (PHONE if phone else DESKTOP)
        context = browser.new_context(viewport=viewport, locale=locale, has_touch=phone, **options)
        contexts.append(context)
        page = context.new_page()
        page.asked, page.complaints = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: message.type in {"error", "warning"}
                and page.complaints.append(message.text))  # fmt: skip
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(visit):
    return visit()


@pytest.fixture(scope="session")
def go():
    """Ways to a state of the map: ``go.ready(page, address)``, ``go.answered(page, address)``."""

    def ready(page, address, path=""):
        page.goto(f"{address}/maps/{path}")
        page.wait_for_selector("html[data-state=ready]", timeout=30_000)

    def answered(page, address, path=""):
        ready(page, address, path)
        page.locator("#map").focus()
        page.keyboard.press("Enter")
        page.locator("[data-answer=ready]").wait_for(timeout=10_000)

    return SimpleNamespace(ready=ready, answered=answered)


@pytest.fixture(scope="session")
def axe():
    """What of WCAG a page breaks, in one line each: ``axe(page)``."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make maps`")
    source = AXE.read_text(encoding="utf-8")

    def violations(page):
        page.evaluate(source)  # in the page's own world: the content policy is none of its business
        found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        assert len(found["passes"]) > 5
        return [
            f"{one['id']}: {node['target']} {node['any'][:1]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    return violations
