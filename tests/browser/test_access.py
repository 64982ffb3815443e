"""Without a mouse, without good eyes, on a small or an enlarged screen: the map can be used."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

SCREENS = [
    pytest.param({}, id="desktop"),
    pytest.param({"color_scheme": "dark"}, id="dark"),
    pytest.param({"phone": True, "locale": "fr-FR"}, id="phone"),
    pytest.param({"phone": True, "color_scheme": "dark"}, id="dark-phone"),
]


@pytest.mark.parametrize("screen", SCREENS)
def test_no_violation_of_wcag_in_any_state_of_the_map(visit, go, axe, address, screen):
    page = visit(reduced_motion="reduce", **screen)
    go.answered(page, address)
    assert axe(page) == [], "with an answer"
    page.keyboard.press("Escape")
    assert axe(page) == [], "without a question"
    if screen.get("phone"):
        page.locator("#sheet-toggle").click()
        assert axe(page) == [], "with the sheet open"
        page.keyboard.press("Escape")
    page.route("**/at?*", lambda route: route.abort())
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.locator("[data-answer=error]").wait_for()
    assert axe(page) == [], "with a question that failed"


@pytest.mark.parametrize("screen", SCREENS)
def test_no_violation_of_wcag_where_there_is_no_map(visit, axe, address, bare, silent, screen):
    page = visit(**screen)
    for server in (bare, silent):
        page.goto(f"{server}/maps/")
        page.wait_for_selector("html[data-state=empty]")
        page.wait_for_timeout(200)
        assert axe(page) == [], server
    page.add_init_script("window.fetch = () => new Promise(() => undefined)")
    page.goto(f"{address}/maps/")
    page.wait_for_timeout(900)
    assert "Loading" in page.locator("#notice").inner_text() or screen.get("locale") == "fr-FR"
    assert axe(page) == [], "loading"


@pytest.mark.parametrize("screen", SCREENS)
def test_no_violation_of_wcag_on_the_front_page(visit, axe, address, bare, screen):
    page = visit(**screen)
    for server in (address, bare):
        page.goto(server)
        assert axe(page) == [], server


def focused(page):
    """Id, role or text of what has the focus, whether it shows, and how."""
    return page.evaluate(
        """() => {
          const at = document.activeElement;
          const holder = at.matches(".row input") ? at.parentElement : at;
          const style = getComputedStyle(holder);
          const box = holder.getBoundingClientRect();
          const name = at.id || at.parentElement.id || at.name || at.tagName;
          return {name, outline: parseFloat(style.outlineWidth) * (style.outlineStyle !== "none"),
                  seen: box.width > 0 && box.top >= 0 && box.left >= 0
                        && box.bottom <= innerHeight && box.right <= innerWidth};
        }"""
    )


def test_tab_reaches_everything_in_the_order_of_the_page_and_shows_where(visit, go, address):
    page = visit()
    go.ready(page, address, "#//////en")
    met = []
    for _ in range(30):
        page.keyboard.press("Tab")
        here = focused(page)
        if here["name"] in {"BODY", "HTML"} or (met and here["name"] == "skip"):
            break
        assert here["outline"] >= 2, here
        assert here["seen"], here
        met.append(here["name"])
    maps = ["service"] if page.locator("#service input").count() else []
    expected = ["skip", "langs", "langs", *maps, "layer", "hatch", "opacity", "base", "map",
                "zoom-in", "zoom-out", "zoom-all"]  # fmt: skip
    assert [name for name in met if name not in {"side-scroll", "SUMMARY"}] == expected


def test_a_citizen_without_a_mouse_gets_an_answer_at_a_place(visit, go, address, service_name):
    page = visit(reduced_motion="reduce")
    go.ready(page, address, f"#town/{service_name}/////en")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the skip link
    assert focused(page)["name"] == "map"
    assert page.locator("#keyboard").is_visible()
    before = page.url
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => location.href !== before", arg=before)
    page.keyboard.press("Enter")
    page.locator("[data-answer=ready]").wait_for()
    said = page.locator("#spoken[role=status]").inner_text()
    assert "out of 100" in said
    assert "Between" in said
    assert f"{service_name}@" in page.locator("#answer").inner_text()
    page.keyboard.press("Escape")
    assert page.locator("#answer").is_hidden()
    assert focused(page)["name"] == "map"


def test_the_sheet_of_a_phone_takes_the_focus_and_gives_it_back(visit, go, address):
    page = visit(phone=True)
    go.ready(page, address)
    page.locator("#sheet-toggle").focus()
    page.keyboard.press("Enter")
    assert page.locator("#controls").is_visible()
    assert focused(page)["name"] == "sheet-close"
    page.keyboard.press("Escape")
    assert page.locator("#controls").is_hidden()
    assert focused(page)["name"] == "sheet-toggle"


SMALL = """minimum => [...document.querySelectorAll("button, select, summary, input, a[href]")]
  .map(one => one.matches("label input") ? one.closest("label") : one)
  .filter(one => one.checkVisibility() && !one.matches("#skip, .credits a"))
  .map(one => [one.id || one.className || one.tagName, one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < minimum || box.height < minimum))
  .map(([name, box]) => `${name}: ${box.width} x ${box.height}`)"""


def test_what_a_finger_touches_is_44_px_at_the_least(visit, go, address):
    page = visit(phone=True)
    go.ready(page, address)
    assert page.evaluate(SMALL, 44) == []
    page.locator("#sheet-toggle").click()
    assert page.evaluate(SMALL, 44) == []
    page.keyboard.press("Escape")
    go.answered(page, address)
    assert page.evaluate(SMALL, 44) == []


ABOUT = """() => [...document.querySelectorAll("#about p")].map(line => {
  const range = document.createRange();
  range.selectNodeContents(line);
  return [...range.getClientRects()].every(box => {
    const x = box.left + Math.min(4, box.width / 2), y = box.top + box.height / 2;
    const top = document.elementFromPoint(x, y);
    return x < innerWidth && y < innerHeight && line.contains(top);
  });
})"""
SIZES = [(1280, 800), (1024, 600), (640, 400), (390, 844), (844, 390), (320, 568)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_date_model_and_what_the_map_is_not_are_always_in_sight(visit, go, address, size, locale):
    """640 x 400 is 1280 x 800 at 200 %; nothing covers the lines, nothing scrolls them away."""
    page = visit(size={"width": size[0], "height": size[1]}, locale=locale)
    go.ready(page, address)
    assert page.evaluate(ABOUT) == [True, True, True]
    page.evaluate("document.querySelectorAll('*').forEach(one => one.scrollTo(0, 9999))")
    assert page.evaluate(ABOUT) == [True, True, True]
    go.answered(page, address)
    assert page.evaluate(ABOUT) == [True, True, True]
    if page.locator("#sheet-toggle").is_visible():
        page.keyboard.press("Escape")
        page.locator("#sheet-toggle").click()
        assert page.evaluate(ABOUT) == [True, True, True]
    width, room = page.evaluate(
        "[document.documentElement.scrollWidth, document.getElementById('map').clientHeight]"
    )
    assert width <= size[0], "the page scrolls sideways"
    assert room >= 130, "no room is left for the map"


def test_text_that_is_enlarged_in_the_browser_grows(visit, go, address):
    page = visit()
    go.ready(page, address)
    size = "parseFloat(getComputedStyle(document.querySelector('.is-not')).fontSize)"
    before = page.evaluate(size)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate(size) == pytest.approx(2 * before)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_who_wants_less_motion_gets_none(visit, go, address):
    page = visit(reduced_motion="reduce")
    go.ready(page, address)
    page.locator("#zoom-in").click()
    assert page.locator(".leaflet-zoom-anim").count() == 0
    page.wait_for_selector("html[data-state=ready]")
    moving = page.evaluate(
        "document.getAnimations().filter(one => one.playState === 'running').length"
    )
    assert moving == 0
