"""The front page: what there is, for people, in French or in English."""

from __future__ import annotations

from datetime import date
from html import escape

from geoml import __version__, catalog
from geoml.api.ogc.documents import DESCRIPTION
from geoml.api.ogc.parameters import Parameter, choice
from geoml.api.served import Served
from geoml.areas.area import Area
from geoml.types import Language, Text

LANG: Parameter = choice(
    "lang", ["fr", "en"], "Language of the page; else what the browser prefers."
)
_WORDS = {
    "description": DESCRIPTION,
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


def front(served: Served, prefix: str, lang: Language) -> bytes:
    """The whole page; its links start with ``prefix``."""

    def say(word: str) -> str:
        return _WORDS[word].as_dict()[lang]

    areas = "".join(_area(served, one, prefix, lang) for one in served.areas())
    services = "".join(
        f"<li><h3>{escape(one.title.as_dict()[lang])}</h3><p>{escape(one.summary.as_dict()[lang])}</p>"
        f'<p class="quiet">{escape(one.is_not.as_dict()[lang])}</p></li>'
        for one in map(catalog.get, catalog.names())
    )
    doors = ("/collections", "/areas", "/services", "/editions", "/stac", "/api")
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
    ).encode()


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
