"""The front door: links for people, in French or English, and for programs."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from geoml import __version__, catalog
from geoml.api.served import Served
from geoml.areas.area import Area
from geoml.types import Text

DESCRIPTION = "Where a town is hot, where it floods and which roofs can carry solar panels."

_WORDS = {
    "description": Text(
        fr="Où une ville chauffe, où l'eau monte, et quels toits peuvent porter des panneaux "
        "solaires.",
        en=DESCRIPTION,
    ),
    "map": Text(fr="Ouvrir la carte", en="Open the map"),
    "api": Text(fr="Essayer l'API", en="Try the API"),
    "areas": Text(fr="Lieux", en="Areas"),
    "services": Text(fr="Cartes", en="Maps"),
    "none": Text(
        fr="Aucun pour l'instant. L'exploitant de ce serveur peut en ajouter un : "
        "<code>geoml demo</code> crée une ville inventée.",
        en="None yet. The operator of this server can add one: "
        "<code>geoml demo</code> makes an invented town.",
    ),
    "unpublished": Text(fr="rien de publié pour l'instant", en="nothing published yet"),
    "synthetic": Text(fr="données générées", en="generated data"),
    "data_of": Text(fr="données du", en="data taken"),
    "files": Text(fr="Pour les programmes", en="For programs"),
    "other": Text(fr="English", en="Français"),
}

_MONTHS = {
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}


def build(served: Served, prefix: str) -> APIRouter:
    """``/``: HTML to browsers, JSON to everything else."""
    router = APIRouter(tags=["start"])

    @router.get("/", summary="Links to everything", response_model=None)
    def landing(
        request: Request,
        lang: Annotated[
            Literal["fr", "en"] | None,
            Query(description="Language of the page; else what the browser prefers."),
        ] = None,
    ) -> Response:
        vary = {"vary": "Accept, Accept-Language"}
        if "text/html" in request.headers.get("accept", ""):
            spoken = lang or _preferred(request.headers.get("accept-language", ""))
            headers = {**vary, "content-language": spoken}
            return HTMLResponse(_page(served, prefix, spoken), headers=headers)
        document = {"title": "geoml", "description": DESCRIPTION, "links": _links(prefix)}
        return JSONResponse(document, headers=vary)

    return router


def _preferred(accepted: str) -> str:
    """The first of the browser's languages that is ours, as on the map; French where none is."""
    tags = [part.strip()[:2].lower() for part in accepted.split(",")]
    return next((tag for tag in tags if tag in {"fr", "en"}), "fr")


def _links(prefix: str) -> list[dict[str, str]]:
    rows = [
        ("self", "/", "application/json", "This document"),
        ("alternate", "/maps/", "text/html", "The map"),
        ("service-desc", "/api", "application/json", "The API as OpenAPI"),
        ("service-doc", "/docs", "text/html", "The API, to try out"),
        ("data", "/areas", "application/json", "Areas and their current editions"),
        ("data", "/services", "application/json", "Services, their inputs and units"),
    ]
    return [
        {"rel": rel, "href": f"{prefix}{path}", "type": kind, "title": title}
        for rel, path, kind, title in rows
    ]


def _page(served: Served, prefix: str, lang: str) -> str:
    def say(word: str) -> str:
        return _WORDS[word].as_dict()[lang]

    areas = "".join(_area(served, one, prefix, lang) for one in served.areas())
    services = "".join(
        f"<li><h3>{escape(one.title.as_dict()[lang])}</h3><p>{escape(one.summary.as_dict()[lang])}</p>"
        f'<p class="quiet">{escape(one.is_not.as_dict()[lang])}</p></li>'
        for one in map(catalog.get, catalog.names())
    )
    doors = ("/areas", "/services", "/editions", "/api")
    files = " · ".join(f'<a href="{prefix}{path}">{path}</a>' for path in doors)
    other = "en" if lang == "fr" else "fr"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>geoml</title><link rel="icon" href="{prefix}/maps/favicon.svg">'
        f'<link rel="stylesheet" href="{prefix}/static/landing.css"></head><body>'
        f'<header><div><a class="lang" lang="{other}" href="{prefix}/?lang={other}">'
        f"{say('other')}</a><h1>geoml</h1><p>{escape(say('description'))}</p>"
        f'<p class="doors"><a href="{prefix}/maps/">{say("map")}</a> '
        f'<a href="{prefix}/docs">{say("api")}</a></p></div></header><main>'
        f"<h2>{say('areas')}</h2>"
        + (f'<ul class="cards">{areas}</ul>' if areas else f"<p>{say('none')}</p>")
        + f'<h2>{say("services")}</h2><ul class="services">{services}</ul>'
        f"<h2>{say('files')}</h2><p>{files}</p></main>"
        f"<footer>geoml {__version__}</footer></body></html>"
    )


def _area(served: Served, area: Area, prefix: str, lang: str) -> str:
    """A card: the area, and its maps with the dates of their data."""
    rows = []
    for service in map(catalog.get, catalog.names()):
        edition = served.edition(service.name, area.id)
        if edition is not None:
            title = escape(service.title.as_dict()[lang])
            taken = _taken(served.manifest(edition).get("date"), lang)
            href = f"{prefix}/maps/#{area.id}/{service.name}"
            rows.append(f'<a href="{escape(href)}">{title}</a>{taken}')
    words = {name: text.as_dict()[lang] for name, text in _WORDS.items()}
    told = "<br>".join(rows) or f'<span class="quiet">{words["unpublished"]}</span>'
    badge = f' <span class="badge">{words["synthetic"]}</span>' if area.synthetic else ""
    return f"<li><h3>{escape(area.name)}{badge}</h3><p>{told}</p></li>"


def _taken(day: str | None, lang: str) -> str:
    if day is None:
        return ""
    said = f"{_WORDS['data_of'].as_dict()[lang]} {_day(day, lang)}"
    return f'<br><span class="quiet">{said}</span>'


def _day(iso: str, lang: str) -> str:
    """12 juillet 2025, 12 July 2025: no locale of the machine is asked."""
    day = date.fromisoformat(iso[:10])
    return f"{day.day} {_MONTHS[lang][day.month - 1]} {day.year}"
