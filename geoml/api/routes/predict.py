"""``POST /services/{s}/predict`` and ``GET /services/{s}/at``, one pair per service found."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from geoml import catalog
from geoml.api import rows
from geoml.api.answers import answer, context
from geoml.api.places import at_place
from geoml.api.schema import prediction_schema, request_schema
from geoml.api.served import Served
from geoml.api.settings import Settings
from geoml.api.things import at_thing
from geoml.contract import Service

INLINE_ROWS = 4
"""Up to this many rows are answered on the event loop: cheaper than a trip to a thread."""


def build(served: Served, settings: Settings) -> APIRouter:
    """The question routes of every service."""
    router = APIRouter(tags=["answers"])
    for name in catalog.names():
        _add(router, catalog.get(name), served, settings)
    return router


def _add(router: APIRouter, service: Service, served: Served, settings: Settings) -> None:
    title = service.title.en

    async def predict(
        request: Request,
        area: Annotated[
            str | None,
            Query(description="Use this area's own model, and say what its edition says."),
        ] = None,
    ) -> JSONResponse:
        content_type = request.headers.get("content-type", "")
        given, batch = rows.parse(await request.body(), content_type, settings.max_batch)
        if len(given) <= INLINE_ROWS:
            answers = _predict(service, served, given, area)
        else:
            answers = await run_in_threadpool(_predict, service, served, given, area)
        return JSONResponse(answers if batch else answers[0])

    router.post(
        f"/services/{service.name}/predict",
        summary=f"{title}: predict from features",
        description=(
            f"{service.summary.en} Send one object of features, or a list of them. "
            "A feature that is left out or null is unknown, which widens the interval."
        ),
        name=f"predict_{service.name}",
        openapi_extra={"requestBody": request_schema(service)},
        responses={200: prediction_schema(service)},
        response_model=None,
    )(predict)

    @router.get(
        f"/services/{service.name}/at",
        summary=f"{title}: the published answer at a place",
        name=f"at_{service.name}",
        response_model=None,
    )
    def at(
        lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
        lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
        area: Annotated[str | None, Query(description="Ask this area alone.")] = None,
    ) -> JSONResponse:
        if service.segmentation is not None:
            feature = at_thing(service, service.segmentation, served, lon, lat, area)
        else:
            feature = at_place(service, served, lon, lat, area)
        return JSONResponse(feature, media_type="application/geo+json")


def _predict(
    service: Service, served: Served, given: list[Any], area: str | None
) -> list[dict[str, Any]]:
    edition = None
    if area is not None:
        served.area(area)  # raises UnknownArea: a typing error must not fall back on another model
        edition = served.edition(service.name, area)
    columns = rows.columns(service, given)
    model = served.champion(service.name, area)
    rows.check_answerable(service, model, given)
    prediction = model.predict(columns)
    about = context(service, model, served.manifest(edition) if edition is not None else None)
    return [answer(service, model, columns, prediction, row, about) for row in range(len(given))]
