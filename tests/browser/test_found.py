"""Things that a service found in a picture: the map goes there, outlines, the card of one of them.

No service is named: what the catalog has that looks at pictures is walked, whatever it looks for.
"""

import itertools
import re

import pytest

from geoml import catalog
from geoml.catalog.collections import find
from geoml.contract import PROBABILITY
from geoml.raster.grid import transformer

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PICTURED = [name for name in catalog.names() if catalog.get(name).segmentation]
LOOKS = {
    "en": {"reduced_motion": "reduce"},
    "fr": {"reduced_motion": "reduce", "phone": True, "color_scheme": "dark", "locale": "fr-FR"},
}


@pytest.fixture(scope="module")
def largest(town):
    """Where the largest thing is that a service found: ``largest(name)`` is "lat/lon"."""

    def of(name):
        units = find(town, f"{name}-town")
        shapes = units.frame(slice(0, len(units))).geometry
        point = shapes[shapes.area.idxmax()].representative_point()
        lon, lat = transformer(units.crs, "OGC:CRS84").transform(point.x, point.y)
        return f"{lat:.6f}/{lon:.6f}"

    return of


@pytest.mark.parametrize("name", PICTURED)
def test_the_map_goes_to_the_picture_and_outlines_what_is_near(
    page, go, address, town, largest, name
):
    outlines = page.locator("path.outline-over")
    go.ready(page, address, f"#town/{name}/score/14/{largest(name)}/en")
    assert outlines.count() == 0, "from afar they would be a net of lines"
    page.locator("#service input").first.check()
    page.locator(f"#service input[value={name}]").check()
    outlines.wait_for(state="attached")
    assert float(page.url.split("/")[-4]) >= 17, "there, and near enough to tell them apart"
    assert outlines.get_attribute("d").count("M") == len(find(town, f"{name}-town"))
    page.locator("#service input").first.check()
    outlines.wait_for(state="detached")
    assert page.complaints == []


@pytest.mark.parametrize(("name", "lang"), list(itertools.product(PICTURED, LOOKS)))
def test_a_click_tells_what_is_known_of_a_thing(visit, go, axe, address, largest, name, lang):
    service, page = catalog.get(name), visit(**LOOKS[lang])
    go.ready(page, address, f"#town/{name}//20/{largest(name)}/{lang}")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator("[data-answer=ready]").wait_for()
    card = page.locator("#answer-body")
    score = int(page.locator(".score strong").inner_text())
    assert 0 <= score <= 100
    assert page.locator(".mark-over").count() == 1
    known = {column.name for column in service.segmentation.columns}
    if {"kwh_yr", "kwh_month"} <= known:
        yearly = card.locator(".sun .target strong").inner_text()
        assert re.fullmatch(r"[\d\s,]+kWh", yearly), yearly
        months = card.locator(".months li .hidden").all_inner_texts()
        assert len(months) == 12
        assert months[0].startswith({"en": "January: ", "fr": "janvier\u00a0: "}[lang])
        assert yearly in page.locator("#spoken").inner_text()
    rests = card.locator(".assumptions")
    rests.locator("summary").click()
    assert rests.locator("dd").count() == len(service.segmentation.assumptions())
    assert axe(page) == []
    assert page.complaints == []
    assert [url for url in page.asked if not url.startswith((address, "data:", "blob:"))] == []


@pytest.mark.parametrize("name", PICTURED)
def test_what_the_network_saw_is_a_layer_with_a_legend_of_its_own(page, go, address, name):
    title = catalog.get(name).segmentation.title.en
    go.ready(page, address, f"#town/{name}////en")
    assert "Score" in page.locator("#dock").inner_text()
    page.locator(f"input[name=layer][value={PROBABILITY}]").check()
    page.wait_for_selector("html[data-state=ready]")
    legend = page.locator("#dock").inner_text()
    assert title in legend
    assert "percent" in legend
    assert catalog.get(name).legend.labels[0].en not in legend
    assert page.complaints == []
