"""Which pictures there are: a name, what it shows, and how to get there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from playwright.sync_api import Page

from geoml import catalog
from geoml.catalog.collections import find
from geoml.contract import PROBABILITY
from geoml.paths import Home
from geoml.raster.grid import transformer

SERVICES = catalog.names()
TABULAR = tuple(name for name in SERVICES if catalog.get(name).segmentation is None)
"""Those that answer for every cell of a town."""
SERVICE = TABULAR[0]
"""The one that shows states that are the same for every service."""
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
TOWN, ELSEWHERE = "demo", "demo-coast"
CORE = (46.981, 1.891)
"""Latitude and longitude of the old town of the demo."""

Step = Callable[[Page], None]
Address = str | Callable[[Home], str]
"""A path, or how to find it in what is published."""


def nothing(_: Page) -> None:
    """No step."""


def ready(page: Page) -> None:
    """Every tile is drawn."""
    page.wait_for_selector("html[data-state=ready]")


def answered(page: Page) -> None:
    """The answer to the place of the link is there, and every tile."""
    ready(page)
    page.locator("[data-answer=ready]").wait_for()


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: who looks, at what, and what they did before."""

    name: str
    caption: str
    path: Address
    then: Step = ready
    before: Step = nothing
    phone: bool = False
    locale: str = "en-GB"
    scheme: Literal["light", "dark"] = "light"
    empty: bool = False

    def address(self, home: Home) -> str:
        """The path of the page."""
        return self.path if isinstance(self.path, str) else self.path(home)

    @property
    def size(self) -> Any:  # noqa: ANN401 - playwright's own type
        """The window in CSS pixels."""
        return PHONE if self.phone else DESKTOP


def link(name: str = SERVICE, layer: str = "score", zoom: int = 14, ask: bool = False) -> str:
    """The address of a map near the old town, asking about a place in it or not."""
    lat, lon = CORE
    asked = f"/{lat - 0.001},{lon + 0.004}" if ask else ""
    return f"/maps/#{TOWN}/{name}/{layer}/{zoom}/{lat}/{lon}/{asked}"


def found(name: str) -> Address:
    """The map around a thing that a service found in a picture, asking about it.

    It is larger than most, its score better than most, and it stands nearest to the middle.
    """

    def path(home: Home) -> str:
        units = find(home, f"{name}-{TOWN}")
        frame = units.frame(slice(0, len(units)))
        size, score = (one.rank(pct=True) for one in (frame.area, frame[f"{name}_score"]))
        good = frame[size.between(0.6, 0.9) & (score > 0.8)]
        best = good.distance(frame.union_all().centroid).idxmin()
        point = frame.geometry[best].representative_point()
        lon, lat = transformer(units.crs, "OGC:CRS84").transform(point.x, point.y)
        return f"/maps/#{TOWN}/{name}/score/19/{lat}/{lon}//{lat},{lon}"

    return path


def sheet(page: Page) -> None:
    """The choices, on a phone."""
    ready(page)
    page.locator("#sheet-toggle").click()


def remarks(page: Page) -> None:
    """What this edition warns of, opened."""
    ready(page)
    page.locator(".notes summary").click()


def months(page: Page) -> None:
    """The answer, scrolled to its months."""
    answered(page)
    page.locator(".months").evaluate("chart => chart.scrollIntoView({block: 'center'})")


def by_keyboard(page: Page) -> None:
    """The map has the focus and says which keys do what."""
    ready(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)


def slow(page: Page) -> None:
    """The server is so slow that its answer comes after the picture."""
    page.add_init_script("window.fetch = () => new Promise(() => undefined)")


def waited(page: Page) -> None:
    """Long enough for the page to say that it waits."""
    page.wait_for_timeout(900)


def down(page: Page) -> None:
    """The server is gone."""
    page.route("**/areas", lambda route: route.abort())


def no_tiles(page: Page) -> None:
    """Tiles fail, nothing else."""
    page.route("**/tiles/*-score@*/**", lambda route: route.abort())


def no_answers(page: Page) -> None:
    """Questions fail, nothing else."""
    page.route("**/at?*", lambda route: route.abort())


def said(page: Page) -> None:
    """A notice or an error is on the page."""
    trouble = "html[data-state=error], html[data-state=empty], [data-answer=error]"
    page.locator(trouble).first.wait_for()


def listed(page: Page) -> None:
    """Swagger UI has drawn the operations."""
    page.locator(".opblock-summary").first.wait_for()


def operation(page: Page, name: str) -> Any:  # noqa: ANN401 - playwright's own type
    """One operation of Swagger UI, opened and scrolled to."""
    listed(page)
    found = page.locator(f".opblock:has([data-path='/services/{SERVICE}/{name}'])")
    found.locator(".opblock-summary").first.click()
    found.locator(".opblock-body").wait_for()
    return found


def schema(page: Page) -> None:
    """What ``predict`` takes, property by property."""
    body = operation(page, "predict").locator(".opblock-section-request-body")
    body.locator(".tablinks", has_text="Schema").click()
    folded = body.locator(".model-toggle.collapsed")
    for _ in range(4):  # the kinds of body, the first of them, and two of its properties
        folded.first.click()
    body.evaluate("box => box.scrollIntoView()")


def executed(page: Page) -> None:
    """``predict`` asked for real: the server's own answer."""
    found = operation(page, "predict")
    found.locator("button.execute").click()
    live = found.locator(".live-responses-table")
    live.wait_for()
    assert_ok(live.locator(".response-col_status").nth(1).inner_text())
    found.locator(".responses-wrapper").evaluate("box => box.scrollIntoView()")


def assert_ok(status: str) -> None:
    """A picture of a failed call is no picture of the product."""
    if not status.startswith("200"):
        raise RuntimeError(f"the live response of predict is not 200: {status}")


def of_service(name: str) -> Iterator[Picture]:
    """What one map looks like: both languages, both towns, each of its causes."""
    service = catalog.get(name)
    title, town = service.title.en, f"/maps/#{TOWN}/{name}"
    pictured = service.segmentation is not None
    asked = found(name) if pictured else link(name, ask=True)

    def shown(what: str, caption: str, path: Address, then: Step = ready, **more: Any) -> Picture:  # noqa: ANN401 - the fields of Picture
        return Picture(f"map-{name}-{what}", f"{title}: {caption}", path, then, **more)

    yield shown("desktop-en", "the answer at a place", asked, answered)
    yield shown("desktop-fr", "the same in French", asked, answered, locale="fr-FR")
    yield shown("phone-en", "on a phone", town, phone=True)
    yield shown("phone-fr", "on a phone, in French", town, phone=True, locale="fr-FR")
    yield shown("phone-en-answer", "the answer on a phone", asked, answered, phone=True)
    yield shown("phone-fr-answer", "the answer on a phone, in French", asked, answered,
                phone=True, locale="fr-FR")  # fmt: skip
    whole = "all that was found" if pictured else "the whole town"
    yield shown("whole-en", f"{whole}, before any question", town)
    for part in service.parts:
        yield shown(f"{part.name}-en", f"{part.title.en} alone", f"{town}/{part.name}")
    yield shown("dark-en", "dark, where the system is", asked, answered, scheme="dark")
    if pictured:
        yield shown("seen-en", "what the network saw", f"{town}/{PROBABILITY}")
        yield shown("phone-fr-months", "the months, on a phone", asked, months, phone=True,
                    locale="fr-FR")  # fmt: skip
        return
    yield shown("elsewhere-en", "the other town, which has no label to learn from",
                f"/maps/#{ELSEWHERE}/{name}")  # fmt: skip


STATES = (
    Picture("map-lower-en", "Lower bound of the interval", link(layer="lower")),
    Picture("map-upper-en", "Upper bound of the interval", link(layer="upper")),
    Picture("map-phone-fr-layers", "Layers and background on a phone", link(), sheet,
            phone=True, locale="fr-FR"),
    Picture("map-hatch-fr", "Hatched where the model has seen nothing like it",
            link(TABULAR[-1], zoom=15), locale="fr-FR"),
    Picture("map-elsewhere-phone-fr", "The other town on a phone, with its remarks",
            f"/maps/#{ELSEWHERE}", remarks, phone=True, locale="fr-FR"),
    Picture("map-dark-phone-fr", "Dark, on a phone", f"/maps/#{TOWN}", phone=True,
            scheme="dark", locale="fr-FR"),
    Picture("map-keyboard-en", "By keyboard: Enter asks about the centre", link(), by_keyboard),
    Picture("map-loading-en", "Loading, when it lasts", f"/maps/#{TOWN}", waited, slow),
    Picture("map-loading-phone-fr", "Loading on a phone", f"/maps/#{TOWN}", waited, slow,
            phone=True, locale="fr-FR"),
    Picture("map-error-en", "The server does not answer", f"/maps/#{TOWN}", said, down),
    Picture("map-error-tiles-fr", "Tiles that fail", link(), said, no_tiles, locale="fr-FR"),
    Picture("map-error-answer-phone-en", "A question that fails", link(ask=True), said, no_answers,
            phone=True),
    Picture("map-empty-en", "A server without towns", "/maps/", said, empty=True),
    Picture("landing-en", "The front page", "/", nothing),
    Picture("landing-phone-fr", "The front page in French", "/", nothing, phone=True,
            locale="fr-FR"),
    Picture("landing-empty-en", "The front page without towns", "/", nothing, empty=True),
    Picture("docs-en", "The API, to try out", "/docs", listed),
    Picture("docs-predict-schema", "What predict takes", "/docs", schema),
    Picture("docs-predict-response", "A live answer of predict", "/docs", executed),
)  # fmt: skip

PICTURES = (*(one for name in SERVICES for one in of_service(name)), *STATES)
