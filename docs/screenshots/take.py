"""Take the pictures of this folder again: ``make screenshots``.

Serves what is in GEOML_HOME (the demo towns; synthetic, so free to publish), opens it in headless
Chromium and writes PNG files beside this one.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from geoml.cli.demo import command as make_demo
from geoml.cli.smoke import serving
from geoml.paths import Home

FOLDER = Path(__file__).parent
CORE = (46.981, 1.891)  # latitude and longitude of the old town of the demo
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


def main() -> None:
    """Make the demo where it is missing, then take every picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no chromium on the PATH; on Debian: apt-get install chromium")
    home = Home.from_environment()
    os.environ["GEOML_HOME"] = str(home.root)
    make_demo(only=None, as_json=True)
    with serving() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take_all(browser, f"http://127.0.0.1:{port}")
        browser.close()


def take_all(browser: Browser, address: str) -> None:
    """Every picture, by name."""
    near = f"demo/uhi/score/14/{CORE[0]}/{CORE[1] + 0.013}"
    map_picture(browser, address, "map-desktop-en", DESKTOP, "en-GB", click=(0.5, 0.6), at=near)
    map_picture(browser, address, "map-desktop-fr", DESKTOP, "fr-FR", click=(0.45, 0.45), at=near)
    map_picture(browser, address, "map-phone-en", PHONE, "en-GB")
    map_picture(browser, address, "map-phone-fr-answer", PHONE, "fr-FR", click=(0.5, 0.3))
    map_picture(browser, address, "map-elsewhere-en", DESKTOP, "en-GB", at="demo-coast")
    page = browser.new_page(viewport=DESKTOP)
    page.goto(f"{address}/docs")
    page.locator(".opblock-summary").first.wait_for()
    shoot(page, "api-docs")
    page.close()


def map_picture(
    browser: Browser,
    address: str,
    name: str,
    size: Any,  # noqa: ANN401 - playwright's own type
    locale: str,
    click: tuple[float, float] | None = None,
    at: str = "demo",
) -> None:
    """The map as one person sees it, after a click where one is asked for."""
    context = browser.new_context(viewport=size, locale=locale, device_scale_factor=1)
    page = context.new_page()
    page.goto(f"{address}/maps/#{at}")
    page.wait_for_selector("html[data-state=ready]")
    page.wait_for_timeout(600)  # the fade of the last tiles
    if click is not None:
        page.mouse.click(click[0] * size["width"], click[1] * size["height"])
        page.locator("[data-answer=ready]").wait_for()
        page.wait_for_timeout(300)
    shoot(page, name)
    context.close()


def shoot(page: Page, name: str) -> None:
    """Write one PNG and say where."""
    path = FOLDER / f"{name}.png"
    page.screenshot(path=path)
    sys.stderr.write(f"wrote {path}\n")


if __name__ == "__main__":
    main()
