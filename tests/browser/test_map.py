"""The map in headless Chromium: tiles drawn, legend shown, click answered, nothing leaves."""

import io

import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def ready(page, address, path=""):
    page.goto(f"{address}/maps/{path}")
    page.wait_for_function("document.documentElement.dataset.state === 'ready'", timeout=30_000)


def colours_of(png):
    """Distinct RGB colours of a PNG and how many pixels each has."""
    import rasterio
    from rasterio.io import MemoryFile

    with MemoryFile(io.BytesIO(png)) as memory, memory.open() as image:
        pixels = image.read([1, 2, 3]).reshape(3, -1).T
    found, count = np.unique(pixels, axis=0, return_counts=True)
    assert rasterio
    return {tuple(map(int, one)): int(n) for one, n in zip(found, count, strict=True)}


def test_the_map_draws_tiles_legend_and_answers_a_click(page, address):
    ready(page, address)
    assert page.locator("img.leaflet-tile-loaded").count() > 0
    legend = page.locator("[data-role=legend]")
    assert legend.is_visible()
    assert "K" in legend.inner_text()
    page.mouse.click(640, 400)
    panel = page.locator("[data-answer=ready]")
    panel.wait_for(timeout=10_000)
    told = panel.inner_text()
    for part in ("K", "2025", "uhi@"):
        assert part in told
    assert page.complaints == []


def test_no_request_leaves_the_machine(page, address):
    ready(page, address)
    page.mouse.click(640, 400)
    page.locator("[data-answer=ready]").wait_for(timeout=10_000)
    assert page.asked
    assert [url for url in page.asked if not url.startswith((address, "data:", "blob:"))] == []


def test_french_is_spoken_too(page, address):
    page.goto(f"{address}/maps/")
    page.context.add_init_script("")
    ready(page, address)
    page.locator("[data-role=language]").first.click()
    page.wait_for_function("document.documentElement.lang === 'fr'")
    assert "Chaleur de surface" in page.locator("body").inner_text()


def test_tiles_show_only_colours_of_the_legend(page, address):
    """At every zoom, beyond the last one too, pixels carry legend colours or nothing."""
    import json
    import urllib.request

    with urllib.request.urlopen(f"{address}/areas") as answer:
        layer = json.load(answer)["areas"][0]["editions"][0]["layers"][0]
    with urllib.request.urlopen(f"{address}/services/uhi") as answer:
        legend = json.load(answer)["legend"]["colours"]
    ready(page, address)
    shown = {src for src in page.locator("img.leaflet-tile-loaded").evaluate_all(
        "images => images.map(image => image.src)") if "score" in src}  # fmt: skip
    assert layer["name"] == "score"
    assert shown
    allowed = {tuple(int(c[i : i + 2], 16) for i in (1, 3, 5)) for c in legend}
    seen = set()
    for src in shown:
        with urllib.request.urlopen(src) as answer:
            import rasterio
            from rasterio.io import MemoryFile

            with MemoryFile(answer.read()) as memory, memory.open() as tile:
                index = tile.read(1)
                palette = tile.colormap(1)
        seen |= {palette[int(i)][:3] for i in np.unique(index) if palette[int(i)][3] > 0}
        assert rasterio
    assert seen
    assert seen <= allowed


def test_the_api_documentation_works_offline(page, address):
    page.goto(f"{address}/docs")
    page.locator(".opblock-summary").first.wait_for(timeout=20_000)
    assert "predict" in page.locator("body").inner_text()
    assert [url for url in page.asked if not url.startswith((address, "data:", "blob:"))] == []
    assert page.complaints == []
