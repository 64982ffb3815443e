"""A real server and a real Chromium."""

import shutil

import pytest

from geoml.cli.smoke import serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def address(town):
    from geoml.paths import maps_dir

    if not maps_dir().is_dir():
        pytest.skip("the front end is not built: run `make maps`")
    with serving(home=town.root) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser, address):
    """A page that remembers what it asked for and what it complained about."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    page.asked, page.complaints = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: message.type in {"error", "warning"}
            and page.complaints.append(message.text))  # fmt: skip
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    yield page
    context.close()
