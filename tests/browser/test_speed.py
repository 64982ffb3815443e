"""What the map costs: few requests, each once, nothing that jumps, and soon."""

import json

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SHIFTS = """window.shifts = [];
new PerformanceObserver(list => list.getEntries().forEach(one => shifts.push(
  {value: one.value, of: one.sources.map(s => s.node && (s.node.id || s.node.className))})))
  .observe({type: "layout-shift", buffered: true})"""


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_nothing_jumps_while_the_page_loads(visit, address, go, phone):
    page = visit(phone=phone)
    page.add_init_script(SHIFTS)
    page.route("**/areas", lambda route: (page.wait_for_timeout(50), route.continue_()))
    go.ready(page, address)
    page.wait_for_timeout(600)
    shifts = page.evaluate("shifts")
    assert sum(one["value"] for one in shifts) < 0.02, json.dumps(shifts)


def test_every_tile_is_asked_for_once(page, address, go):
    go.answered(page, address)
    tiles = [url for url in page.asked if "/tiles/" in url and url.endswith(".png")]
    assert tiles
    assert sorted(tiles) == sorted(set(tiles))
    documents = [url for url in page.asked if url.endswith(("/areas", "/services"))]
    assert len(documents) == 2


def test_the_map_can_be_used_within_a_second(visit, address, go):
    go.ready(visit(), address)  # the server has opened its files
    times = []
    for _ in range(3):
        page = visit()
        go.ready(page, address)
        mark = "performance.getEntriesByName('geoml:interactive')[0].startTime"
        times.append(page.evaluate(mark))
    assert min(times) < 1000, times


def test_the_page_weighs_little(page, address, go):
    go.ready(page, address)
    sizes = page.evaluate(
        """performance.getEntriesByType("resource")
             .filter(one => one.name.includes("/assets/"))
             .map(one => [one.name.split(".").at(-1), one.decodedBodySize])"""
    )
    weight = {kind: sum(size for one, size in sizes if one == kind) for kind, _ in sizes}
    assert set(weight) == {"js", "css"}, "nothing else is loaded before it is needed"
    assert weight["js"] < 200_000
    assert weight["css"] < 36_000
