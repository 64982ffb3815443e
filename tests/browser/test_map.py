"""The map in headless Chromium: tiles drawn, legend shown, click answered, nothing leaves."""

import json
import urllib.request

import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def ready(page, address, path=""):
    page.goto(f"{address}/maps/{path}")
    page.wait_for_selector("html[data-state=ready]", timeout=30_000)


def palette_in_use(png):
    """RGB of every palette entry that an indexed PNG shows and that is not transparent."""
    from geoml.raster.png import indices

    plte, trns = png.index(b"PLTE") + 4, png.index(b"tRNS") + 4
    used = [int(i) for i in np.unique(indices(png))]
    return {tuple(png[plte + 3 * i : plte + 3 * i + 3]) for i in used if png[trns + i]}


def test_the_map_draws_tiles_legend_and_answers_a_click(page, address, service):
    ready(page, address, f"#town/{service.name}")
    assert page.locator("img.leaflet-tile-loaded").count() > 0
    legend = page.locator("[data-role=legend]")
    assert legend.is_visible()
    assert service.target.unit in legend.inner_text()
    page.mouse.click(640, 400)
    panel = page.locator("[data-answer=ready]")
    panel.wait_for(timeout=10_000)
    told = panel.inner_text()
    for part in (service.target.unit, "2025", f"{service.name}@"):
        assert part in told
    assert page.complaints == []


def test_no_request_leaves_the_machine(page, address):
    ready(page, address)
    page.mouse.click(640, 400)
    page.locator("[data-answer=ready]").wait_for(timeout=10_000)
    assert page.asked
    assert [url for url in page.asked if not url.startswith((address, "data:", "blob:"))] == []


def test_french_is_spoken_too(page, address, service):
    ready(page, address)
    page.locator("[data-role=language]").first.click()
    page.wait_for_selector("html[lang=fr]")
    assert service.title.fr in page.locator("body").inner_text()


def test_tiles_show_only_colours_of_the_legend(page, address, service_name):
    """What the map shows carries the colours of the legend or nothing."""
    with urllib.request.urlopen(f"{address}/services/{service_name}") as answer:
        legend = json.load(answer)["legend"]["colours"]
    allowed = {tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in legend}
    ready(page, address, f"#town/{service_name}")
    images = page.locator("img.leaflet-tile-loaded")
    shown = images.evaluate_all("images => images.map(image => image.src)")
    seen = set()
    for src in {src for src in shown if "-score" in src}:
        with urllib.request.urlopen(src) as answer:
            seen |= palette_in_use(answer.read())
    assert seen
    assert seen <= allowed


def test_the_api_documentation_works_offline(page, address):
    page.goto(f"{address}/docs")
    page.locator(".opblock-summary").first.wait_for(timeout=20_000)
    assert "predict" in page.locator("body").inner_text()
    assert [url for url in page.asked if not url.startswith((address, "data:", "blob:"))] == []
    assert page.complaints == []
