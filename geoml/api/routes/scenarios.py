"""``POST /services/{s}/scenarios``, for every service that offers actions."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from geoml import catalog
from geoml.api import scenarios
from geoml.api.scenarios_schema import effect_schema, question_schema
from geoml.api.served import Served
from geoml.contract import Service


def build(served: Served) -> APIRouter:
    """The routes that say what an action would do."""
    router = APIRouter(tags=["answers"])
    for name in catalog.names():
        if catalog.get(name).actions:
            _add(router, catalog.get(name), served)
    return router


def _add(router: APIRouter, service: Service, served: Served) -> None:
    async def try_out(request: Request) -> JSONResponse:
        content_type = request.headers.get("content-type", "")
        asked = scenarios.parse(service, await request.body(), content_type)
        return JSONResponse(await run_in_threadpool(scenarios.answer, service, served, asked))

    router.post(
        f"/services/{service.name}/scenarios",
        summary=f"{service.title.en}: what an action on a piece of ground would do",
        description=(
            "The model that made the published map is asked twice, before the action and after "
            "it, in every cell whose centre lies in the polygon. The answer is the mean of these "
            "cells, part by part. The interval of the change is what the model does not know of "
            "the ground; how well the action is carried out is not in it."
        ),
        name=f"scenarios_{service.name}",
        openapi_extra={"requestBody": question_schema(service)},
        responses={200: effect_schema(service)},
        response_model=None,
    )(try_out)
