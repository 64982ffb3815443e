"""The pages of OGC API for people: the same facts as the JSON, in English or in French."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from geoml import __version__
from geoml.api.ogc.drawing import sketch
from geoml.api.ogc.markup import Html, join, tag
from geoml.api.ogc.shelf import Entry
from geoml.types import Language, Text

_HOME = Text(fr="Accueil", en="Home")
_COLLECTIONS = Text(fr="Collections", en="Collections")
_ITEMS = Text(fr="Entités", en="Features")
_UNKNOWN = Text(fr="inconnu", en="unknown")
_NONE = Text(fr="rien de publié pour l'instant", en="nothing is published yet")


def page(
    title: str, language: Language, base: str, trail: Sequence[tuple[str, str]], *body: Html
) -> bytes:
    """A whole page; ``trail`` are the titles and addresses of the pages above."""
    steps = [tag("a", name, href=href) for name, href in trail]
    crumbs = tag("nav", join(*(join(one, " / ") for one in steps)), aria_label="breadcrumb")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{title} · geoml" if title != "geoml" else title),
        tag("link", rel="stylesheet", href=f"{base}/static/landing.css"),
        tag("link", rel="stylesheet", href=f"{base}/static/ogc.css"),
    )
    main = tag(
        "main",
        crumbs if trail else None,
        tag("h1", title),
        *body,
        tag("footer", f"geoml {__version__}"),
    )
    found = tag("html", head, tag("body", main), lang=language)
    return f"<!doctype html>{found}".encode()


def conformance(document: Mapping[str, Any], base: str, language: Language) -> bytes:
    """The conformance classes as a list."""
    title = Text(fr="Conformité", en="Conformance").in_(language)
    classes = (tag("li", tag("code", one)) for one in document["conformsTo"])
    return page(title, language, base, _trail(base, language, 1), tag("ul", *classes))


def listing(document: Mapping[str, Any], base: str, language: Language) -> bytes:
    """All collections."""
    rows = [
        tag(
            "li",
            tag("a", one["title"], href=f"{base}/collections/{one['id']}?f=html"),
            tag("br"),
            one["description"],
        )
        for one in document["collections"]
    ]
    body = tag("ul", *rows, class_="cards") if rows else tag("p", _NONE.in_(language))
    return page(_COLLECTIONS.in_(language), language, base, _trail(base, language, 1), body)


def collection(document: Mapping[str, Any], base: str, language: Language) -> bytes:
    """One collection."""
    (bbox,), (times,) = (
        document["extent"]["spatial"]["bbox"],
        document["extent"]["temporal"]["interval"],
    )
    unknown = _UNKNOWN.in_(language)
    when = " / ".join(dict.fromkeys(one[:10] if one else unknown for one in times))
    facts = {
        Text(fr="Entités", en="Features"): str(document["numberOfFeatures"]),
        Text(fr="Édition", en="Edition"): document["edition"],
        Text(fr="Date des données", en="Date of the data"): when,
        Text(fr="Emprise (degrés)", en="Extent (degrees)"): ", ".join(map(str, bbox)),
        Text(fr="Système de coordonnées", en="Storage CRS"): document["storageCrs"],
    }
    told = tag(
        "dl",
        *(join(tag("dt", name.in_(language)), tag("dd", fact)) for name, fact in facts.items()),
    )
    see = Text(fr="Voir les entités", en="See the features").in_(language)
    door = tag(
        "p", tag("a", see, href=f"{base}/collections/{document['id']}/items?f=html"), class_="doors"
    )
    return page(
        document["title"],
        language,
        base,
        _trail(base, language, 2),
        tag("p", document["description"]),
        door,
        told,
        _links(document, language),
    )


def queryables(entry: Entry, document: Mapping[str, Any], base: str, language: Language) -> bytes:
    """What a filter may name, as a table."""
    title = Text(fr="Propriétés interrogeables", en="Queryables").in_(language)
    rows = [
        tag(
            "tr",
            tag("th", tag("code", name), scope="row"),
            tag("td", one["title"]),
            tag("td", one.get("type", "geometry")),
            tag("td", one.get("x-ogc-unit", "")),
        )
        for name, one in document["properties"].items()
    ]
    return page(title, language, base, _below(entry, base, language), _table((), rows))


def items(entry: Entry, body: bytes, base: str, language: Language) -> bytes:
    """A page of features: a sketch, a table, and the way to the next page."""
    document = json.loads(body)
    shown, matched = document["numberReturned"], document["numberMatched"]
    of = Text(fr=f"{shown} entités sur {matched}", en=f"{shown} of {matched} features")
    names = [one.name for one in entry.collection.fields]
    head = [
        tag("th", one.title.in_(language), tag("br"), tag("small", one.unit), scope="col")
        for one in entry.collection.fields
    ]
    rows = [
        _row(one, names, f"{base}/collections/{entry.collection.id}/items")
        for one in document["features"]
    ]
    ways = {
        "prev": Text(fr="Page précédente", en="Previous page"),
        "next": Text(fr="Page suivante", en="Next page"),
    }
    steps = [
        tag("a", ways[one["rel"]].in_(language), href=one["href"], rel=one["rel"])
        for one in document["links"]
        if one["rel"] in ways
    ]
    title = entry.collection.title.in_(language)
    return page(
        title,
        language,
        base,
        _below(entry, base, language),
        tag("p", of.in_(language)),
        sketch(document["features"], of.in_(language)),
        _table([tag("th", "id", scope="col"), *head], rows),
        tag("p", *steps, class_="doors"),
        _links(document, language),
    )


def feature(entry: Entry, body: bytes, base: str, language: Language) -> bytes:
    """One feature: a sketch and its properties."""
    document = json.loads(body)
    told = [
        tag(
            "tr",
            tag("th", one.title.in_(language), scope="row"),
            tag("td", _cell(document["properties"].get(one.name))),
            tag("td", one.unit),
        )
        for one in entry.collection.fields
    ]
    above = [
        *_below(entry, base, language),
        (_ITEMS.in_(language), f"{base}/collections/{entry.collection.id}/items?f=html"),
    ]
    name = str(document["id"])
    return page(
        name,
        language,
        base,
        above,
        sketch([document], name),
        _table((), told),
        _links(document, language),
    )


def _row(one: Mapping[str, Any], names: Sequence[str], address: str) -> Html:
    from urllib.parse import quote

    fid = str(one["id"])
    first = tag("a", fid, href=f"{address}/{quote(fid, safe='')}?f=html")
    cells = (tag("td", _cell(one["properties"].get(name))) for name in names)
    return tag("tr", tag("th", first, scope="row"), *cells)


def _cell(value: Any) -> str:  # noqa: ANN401 - any JSON scalar
    return "-" if value is None else str(value)


def _table(head: Sequence[Html], rows: Sequence[Html]) -> Html:
    top = tag("thead", tag("tr", *head)) if head else None
    return tag(
        "div",
        tag("table", top, tag("tbody", *rows)),
        class_="wide",
        tabindex="0",
        role="region",
        aria_label="table",
    )


def _links(document: Mapping[str, Any], language: Language) -> Html:
    title = Text(fr="Liens", en="Links").in_(language)
    rows = [
        tag(
            "li",
            tag("a", one.get("title", one["rel"]), href=one["href"]),
            " ",
            tag("small", one["type"]),
        )
        for one in document["links"]
        if one["rel"] != "self"
    ]
    return tag("details", tag("summary", title), tag("ul", *rows))


def _trail(base: str, language: Language, depth: int) -> list[tuple[str, str]]:
    every = [
        (_HOME.in_(language), f"{base}/?f=html"),
        (_COLLECTIONS.in_(language), f"{base}/collections?f=html"),
    ]
    return every[:depth]


def _below(entry: Entry, base: str, language: Language) -> list[tuple[str, str]]:
    one = entry.collection
    here = (one.title.in_(language), f"{base}/collections/{one.id}?f=html")
    return [*_trail(base, language, 2), here]
