"""Causes that a service keeps apart: on the card, in words, as layers; and several maps of a town.

No service is named: what the catalog has with causes is walked, whatever it is about.
"""

import itertools
import json
import urllib.request

import pytest

from geoml import catalog

pytestmark = [pytest.mark.slow, pytest.mark.browser]

WITH_PARTS = [name for name in catalog.names() if catalog.get(name).parts]
LOOKS = {
    "en": {"reduced_motion": "reduce"},
    "fr": {"reduced_motion": "reduce", "phone": True, "color_scheme": "dark", "locale": "fr-FR"},
}


@pytest.fixture(scope="module")
def published(address):
    """The newest editions of the tiny town, by service."""
    with urllib.request.urlopen(f"{address}/areas") as answer:
        (town,) = json.load(answer)["areas"]
    return {one["service"]: one for one in town["editions"]}


@pytest.mark.parametrize(("name", "lang"), list(itertools.product(WITH_PARTS, LOOKS)))
def test_every_cause_is_on_the_card_and_read_out(visit, go, axe, address, name, lang):
    service, page = catalog.get(name), visit(**LOOKS[lang])
    go.answered(page, address, f"#town/{name}/////{lang}")
    causes = page.locator(".parts li")
    assert causes.locator(".part-title").all_inner_texts() == [
        getattr(part.title, lang) for part in service.parts
    ]
    told = [int(one) for one in causes.locator(".part-score").all_inner_texts()]
    assert max(told) == int(page.locator(".score strong").inner_text())
    said = page.locator("#spoken").inner_text()
    for part, score in zip(service.parts, told, strict=True):
        assert f"{getattr(part.title, lang)} {score}" in said
    assert getattr(service.is_not, lang)[:20] in page.locator("#about").inner_text()
    assert axe(page) == []
    assert page.complaints == []


@pytest.mark.parametrize("name", WITH_PARTS)
def test_every_cause_is_a_layer_that_draws_its_own_tiles(page, go, address, published, name):
    layers = {one["name"]: one for one in published[name]["layers"]}
    for part in catalog.get(name).parts:
        go.ready(page, address, f"#town/{name}/{part.name}////en")
        assert page.locator(f"input[value={part.name}]").is_checked()
        assert page.get_by_text(part.title.en, exact=True).first.is_visible()
        stem = layers[part.name]["url"].partition("{z}")[0]
        drawn = page.locator("img.leaflet-tile-loaded").evaluate_all(
            "images => images.filter(one => one.naturalWidth > 1).map(one => one.src)"
        )
        assert [src for src in drawn if stem in src], drawn
        page.goto("about:blank")
    assert page.complaints == []


def test_another_map_of_the_town_is_one_press_away(page, go, address, published):
    names = [name for name in catalog.names() if name in published]
    if len(names) < 2:
        pytest.skip("the tiny town has one map")
    go.answered(page, address, f"#town/{names[0]}/////en")
    for name in names:
        service = catalog.get(name)
        page.locator(f"#service input[value={name}]").check()
        page.get_by_text(published[name]["model"]).first.wait_for()
        # What looks at pictures may have found nothing in the middle of the town.
        found = "[data-answer=ready]" + ", [data-answer=error]" * bool(service.segmentation)
        page.wait_for_selector(found)
        assert page.title().startswith(service.title.en)
        assert f"#town/{name}/" in page.url
        assert service.legend.labels[-1].en in page.locator("#dock").inner_text()
    # That is a 404, which the browser notes by itself.
    assert [one for one in page.complaints if "404" not in one] == []
