"""One table from exception to status, and RFC 9457 problem documents for every error.

The domain knows no HTTP; this is the only file that knows both.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from geoml import errors
from geoml.errors import GeomlError
from tiles import problems

logger = logging.getLogger("geoml.api")

STATUS: Mapping[type[GeomlError], int] = {
    errors.UsageError: 400,
    errors.DataError: 422,
    errors.ForbiddenFormat: 415,
    errors.OversizedHeader: 413,
    errors.CorruptFile: 500,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.NoSpace: 507,
    errors.MissingTool: 503,
}
"""The nearest ancestor of an error decides; every leaf has one (tested)."""

STEPS: Mapping[type[GeomlError], str] = {
    errors.UnknownArea: "GET /areas lists the areas",
    errors.UnknownService: "GET /services lists the services",
    errors.UnknownEdition: "GET /editions lists the editions",
    errors.UnknownLayer: "GET /areas lists the layers",
    errors.UnknownCollection: "GET /collections lists the collections",
}
"""What a client can do instead of a command, which only the operator can run."""


class BadBody(Exception):
    """A request body that cannot be answered: status, and one entry per wrong field."""

    def __init__(self, status: int, detail: str, fields: list[dict[str, Any]]) -> None:
        super().__init__(detail)
        self.status, self.detail, self.fields = status, detail, fields


def status_of(error: type[GeomlError]) -> int:
    """The HTTP status of an error class."""
    return next(STATUS[kind] for kind in error.__mro__ if kind in STATUS)


def problem(status: int, detail: str, **extra: Any) -> JSONResponse:  # noqa: ANN401
    """A problem document."""
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **extra}
    return _Problem(body, status, media_type="application/problem+json")


class _Problem(JSONResponse):
    """JSON in ASCII: what a client sent, half a surrogate pair too, can always be quoted."""

    def render(self, content: Any) -> bytes:  # noqa: ANN401 - as in Starlette
        return json.dumps(content, allow_nan=False).encode("ascii")


def public(error: GeomlError) -> GeomlError:
    """The error as a client may read it: no path of the server, no command of its operator."""
    return problems.public(error, STEPS)


def register(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem document."""

    @app.exception_handler(GeomlError)
    def ours(_: Request, error: GeomlError) -> JSONResponse:
        status = status_of(type(error))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("%s", error)
            return problem(status, "this answer is not available; the operator's log says why")
        spoken = public(error)
        return problem(status, str(spoken), next_step=spoken.next_step)

    @app.exception_handler(BadBody)
    def body(_: Request, error: BadBody) -> JSONResponse:
        return problem(error.status, error.detail, errors=error.fields)

    @app.exception_handler(HTTPException)
    def http(_: Request, error: HTTPException) -> JSONResponse:
        answer = problem(error.status_code, str(error.detail))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = [_field(one) for one in error.errors()]
        places = {one["in"] for one in fields}
        # An invalid body value is 422; anything wrong in the URL, or JSON that is no JSON, is 400.
        broken = any(one["type"] == "json_invalid" for one in error.errors())
        status = 422 if places == {"body"} and not broken else 400
        told = "; ".join(f"{one['field'] or one['in']}: {one['problem']}" for one in fields)
        return problem(status, told, errors=fields)

    @app.exception_handler(Exception)
    def bug(request: Request, error: Exception) -> JSONResponse:
        logger.error("unexpected error on %s", request.url.path, exc_info=error)
        answer = problem(500, "an unexpected error; the operator's log says more")
        # Starlette raises it again, and uvicorn then hangs up: the next request would be lost.
        answer.headers["connection"] = "close"
        return answer


def _field(error: Mapping[str, Any]) -> dict[str, str]:
    place, *names = (str(part) for part in error["loc"])
    got = json.dumps(error.get("input"), default=str)[:80]
    return {"in": place, "field": ".".join(names), "problem": error["msg"], "got": got}
