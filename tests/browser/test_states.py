"""Waiting, failing, offline, empty: the page says so, in words, and offers a way on."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from geoml.cli.smoke import serving

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def notice(page):
    return page.locator("#notice").inner_text()


def test_waiting_is_told_when_it_lasts_and_not_before(page, address, go):
    held = []
    page.route("**/areas", lambda route: held.append(route))
    page.goto(f"{address}/maps/#//////en")
    told = page.locator("#notice .notice")
    told.wait_for(state="attached")
    # Quick answers must not flicker: the first 300 ms stay as they are.
    assert told.evaluate("box => getComputedStyle(box).animationDelay") == "0.3s"
    assert told.evaluate("box => getComputedStyle(box).animationFillMode") == "both"
    page.wait_for_timeout(700)
    assert "Loading the map" in notice(page)
    assert told.evaluate("box => getComputedStyle(box).opacity") == "1"
    assert page.locator(".bones").is_visible()
    held[0].continue_()
    page.wait_for_selector("html[data-state=ready]")
    assert notice(page) == ""


def test_a_question_that_takes_long_says_so_and_reads_itself_out(page, address, go):
    go.ready(page, address, "#//////en")
    held = []
    page.route("**/at?*", lambda route: held.append(route))
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(700)
    assert "Asking" in page.locator("#answer").inner_text()
    assert "Asking" in page.locator("#spoken").inner_text()
    held[0].continue_()
    page.locator("[data-answer=ready]").wait_for()
    assert "out of 100" in page.locator("#spoken").inner_text()


def test_a_server_that_goes_away_is_told_and_its_return_is_noticed(town, page, go):
    with serving(home=town.root) as port:
        gone = f"http://127.0.0.1:{port}"
        go.ready(page, gone, "#//////en")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.locator("[data-answer=error]").wait_for()
    assert "No connection" in page.locator("#answer").inner_text()
    command = [sys.executable, "-m", "geoml.cli.main", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, env={**os.environ, "GEOML_HOME": str(town.root)}, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait(f"{gone}/healthz")
            page.locator("#answer .again").click()
            page.locator("[data-answer=ready]").wait_for()
        finally:
            server.terminate()


def _wait(url):
    for _ in range(300):
        try:
            with urllib.request.urlopen(url):
                return
        except urllib.error.URLError:
            time.sleep(0.2)
    raise TimeoutError(url)


def test_a_start_without_a_server_offers_to_try_again(page, address):
    page.route("**/areas", lambda route: route.abort())
    page.goto(f"{address}/maps/#//////en")
    page.wait_for_selector("html[data-state=error]")
    assert "could not be loaded" in notice(page)
    page.unroute("**/areas")
    page.locator("#notice button").click()
    page.wait_for_selector("html[data-state=ready]")


@pytest.mark.parametrize("layer", ["score", "applicability"])
def test_tiles_that_fail_are_told_hatching_too(page, address, go, layer):
    pattern = f"**/tiles/*-{layer}@*/**"
    page.route(pattern, lambda route: route.abort())
    page.goto(f"{address}/maps/#//////en")
    page.wait_for_selector("html[data-state=error]")
    assert "Colours or hatching may be missing" in notice(page)
    assert page.locator("#about").is_visible()
    page.unroute(pattern)
    page.locator("#notice button").click()
    page.wait_for_selector("html[data-state=ready]")
    assert notice(page) == ""


def test_offline_is_told_and_what_is_drawn_stays(page, address, go):
    go.ready(page, address, "#//////en")
    page.context.set_offline(True)
    page.get_by_text("You are offline").wait_for()
    assert page.locator("img.leaflet-tile-loaded").count() > 0
    page.context.set_offline(False)
    page.get_by_text("You are offline").wait_for(state="detached")


def test_a_server_without_towns_says_what_its_operator_can_do(page, bare):
    page.goto(f"{bare}/maps/#//////en")
    page.wait_for_selector("html[data-state=empty]")
    assert "No town yet" in notice(page)
    page.goto(f"{bare}/?lang=en")
    assert "None yet" in page.locator("main").inner_text()
    assert page.complaints == []


def test_an_area_of_which_nothing_is_published_says_so(page, silent):
    page.goto(f"{silent}/maps/#//////en")
    page.wait_for_selector("html[data-state=empty]")
    assert "No map of Silence yet" in notice(page)
    page.goto(f"{silent}/?lang=fr")
    assert "rien de publié" in page.locator("main").inner_text()


def test_without_javascript_the_page_says_what_it_needs(visit, address):
    page = visit(java_script_enabled=False)
    page.goto(f"{address}/maps/")
    page.wait_for_timeout(500)
    assert "needs JavaScript" in page.locator("body").inner_text()
    assert page.get_by_text("Loading the map").is_hidden()
    page.locator(".boot a").first.click()
    assert page.url == f"{address}/"


def test_a_script_that_never_comes_is_told_by_the_page_alone(page, address):
    page.route("**/assets/*.js", lambda route: route.abort())
    page.goto(f"{address}/maps/")
    page.wait_for_timeout(600)
    assert page.get_by_text("Loading the map").is_visible()
    page.wait_for_timeout(8_000)
    assert page.get_by_text("The map is slow to start").is_visible()
    assert page.get_by_text("Recharger").is_visible()


def test_a_place_outside_is_an_answer_and_asks_nobody(page, address, go, service_name):
    go.ready(page, address, f"#town/{service_name}/score/12/45.8/4.85/en/10.00000,10.00000")
    page.locator("[data-answer=error]").wait_for()
    assert "No answer here" in page.locator("#answer").inner_text()
    assert [url for url in page.asked if "/at?" in url] == []


HOSTILE = [
    "#<script>window.hurt=1</script>/x/y",
    '#"><img src=x onerror="window.hurt=1">/"><svg onload="window.hurt=1">/',
    "#javascript:window.hurt=1//////javascript:window.hurt=1",
    "#__proto__/constructor/__defineGetter__@__proto__/NaN/Infinity/-Infinity/__proto__/1e309,NaN",
    "#../../etc/passwd/%2e%2e%2f%2e%2e%2f/%00/99999/1e9/1e9/zz/999,999",
    "#town/" + "a" * 100_000,
    "#%E0%A4%A/%/%%%/13/0/0/en",
    "#town//score/13/-90/180/en/-90,180",
]


@pytest.mark.parametrize("hash_", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_link_is_harmless(page, address, go, hash_):
    go.ready(page, address, hash_)
    assert page.evaluate("window.hurt") is None
    assert page.evaluate("({}).polluted") is None
    assert [url for url in page.asked if not url.startswith((address, "data:", "blob:"))] == []
    assert all("passwd" not in url.partition("#")[0] for url in page.asked)
    assert page.locator("[data-role=legend]").inner_text() != ""
    assert page.locator("main img[src='x'], main svg[onload]").count() == 0
    assert page.complaints == []


def test_the_language_of_the_link_is_spoken_then_the_one_of_the_last_visit(page, address, go):
    go.ready(page, address, "#//////fr")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.locator("#langs [lang=en]").click()
    assert page.locator("#langs [lang=en]").evaluate("one => one === document.activeElement")
    page.goto("about:blank")
    go.ready(page, address)
    assert page.locator("html").get_attribute("lang") == "en"


def test_a_link_carries_place_zoom_layer_and_edition(page, address, go, visit, service_name):
    go.ready(page, address, f"#town/{service_name}/////en")
    page.locator("input[value=upper]").check()
    page.locator("#zoom-in").click()
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.locator("[data-answer=ready]").wait_for()
    told = page.locator("#answer-body").inner_text()
    link = page.url
    assert f"#town/{service_name}/upper@" in link
    other = visit()
    other.goto(link)
    other.locator("[data-answer=ready]").wait_for()
    assert other.locator("#answer-body").inner_text() == told
    assert other.locator("input[value=upper]").is_checked()
    older = link.replace("/upper@2", "/upper@1")
    other.goto("about:blank")
    other.goto(older)
    other.get_by_text("Newer data").wait_for()
