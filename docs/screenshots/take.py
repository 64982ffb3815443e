"""Take the pictures of this folder again: ``make screenshots``.

Serves what is in GEOML_HOME (the demo towns; synthetic, so free to publish), opens it in headless
Chromium and writes the PNG files of ``pictures.py`` and their gallery, README.md, beside this
one. ``python docs/screenshots/take.py map-phone-fr docs`` takes some, by the start of their name.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from pictures import ELSEWHERE, PICTURES, SERVICES, TABULAR, TOWN, Picture
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from geoml import editions
from geoml.cli.demo import command as make_demo
from geoml.cli.smoke import serving
from geoml.paths import Home

FOLDER = Path(__file__).parent
OTHERS = ("qgis-score.png", "qgis-units.png")
"""Pictures of other programs: ``qgis.py`` makes them."""
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


def main(wanted: tuple[str, ...]) -> None:
    """Make the demo where it is missing, then take every picture that is wanted."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("no chromium on the PATH; on Debian: apt-get install chromium")
    home = Home.from_environment()
    os.environ["GEOML_HOME"] = str(home.root)
    wanted_here = [(name, TOWN) for name in SERVICES] + [(name, ELSEWHERE) for name in TABULAR]
    if any(editions.current(home, name, area) is None for name, area in wanted_here):
        make_demo(only=None, as_json=True)
    chosen = [one for one in PICTURES if not wanted or one.name.startswith(wanted)]
    with tempfile.TemporaryDirectory() as empty, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        with serving() as port, serving(home=Path(empty)) as other:
            for picture in chosen:
                server = f"http://127.0.0.1:{other if picture.empty else port}"
                take(browser, picture, server + picture.address(home))
        browser.close()
    if not wanted:
        gallery()


def take(browser: Browser, picture: Picture, page_of: str) -> None:
    """Open one page as one person sees it, do what the picture shows, write the PNG."""
    context = browser.new_context(
        viewport=picture.size,
        locale=picture.locale,
        color_scheme=picture.scheme,
        reduced_motion="reduce",
        has_touch=picture.phone,
        device_scale_factor=2 if picture.phone else 1,
    )
    page = context.new_page()
    picture.before(page)
    page.goto(page_of)
    picture.then(page)
    page.wait_for_timeout(400)  # tiles and notices fade in
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path)
    shrink(path)
    context.close()
    sys.stderr.write(f"wrote {path.name}\n")


def shrink(path: Path) -> None:
    """Write a picture with 256 colours, chosen so that a small swatch of a legend keeps its own."""
    with Image.open(path) as full:
        few = full.convert("RGB").quantize(
            256, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE
        )
    few.save(path, optimize=True)


def gallery() -> None:
    """Write README.md: every picture with what it shows; a stray picture is an error."""
    known = {*(f"{one.name}.png" for one in PICTURES), *OTHERS}
    if stray := sorted({path.name for path in FOLDER.glob("*.png")} - known):
        sys.exit(f"pictures that no entry of pictures.py makes: {', '.join(stray)}")
    lines = [
        "# What it looks like",
        "",
        "Written by `make screenshots`, from the generated demo towns. Do not edit by hand.",
    ]
    for one in PICTURES:
        width = 260 if one.phone else 720
        image = f'<img src="{one.name}.png" width="{width}" alt="{one.caption}">'
        lines += ["", f"## {one.caption}", "", image]
    (FOLDER / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
