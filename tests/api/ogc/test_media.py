"""Negotiation in its corners."""

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from geoml.api.ogc.media import GEOJSON, HTML, JSON, format_of, language_of


def asking(**headers):
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", GEOJSON),
        ("*/*", GEOJSON),
        ("*/*;q=0.1, text/html;q=0.2", HTML),
        ("text/html;q=0, */*", GEOJSON),
        ("application/*;q=0.4, text/html;q=0.3", GEOJSON),
        ("APPLICATION/JSON", JSON),
        ("text/html ; q=1.000", HTML),
        ("image/png, */*;q=0.001", GEOJSON),
        ("application/geo+json;q=2, application/json;q=0.1", JSON),
    ],
)
def test_the_best_of_what_is_accepted(accept, expected):
    request = asking(accept=accept) if accept else asking()
    assert format_of(request, None, (GEOJSON, JSON))[1] == expected


@pytest.mark.parametrize("accept", ["image/png", "text/html;q=0", "nonsense", ";;;", "*/*;q=0"])
def test_nothing_that_is_accepted(accept):
    with pytest.raises(HTTPException) as refused:
        format_of(asking(accept=accept), None, (GEOJSON, JSON))
    assert refused.value.status_code == 406


@pytest.mark.parametrize(
    ("accept", "expected"),
    [("", "en"), ("fr", "fr"), ("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("en-GB,fr;q=0.5", "en"),
     ("de,fr;q=0.1", "fr"), ("*", "en"), ("fr;q=0", "en"), ("x" * 9000, "en")],
)  # fmt: skip
def test_the_language(accept, expected):
    assert language_of(asking(accept_language=accept)) == expected
