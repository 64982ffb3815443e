"""Unknown query parameters are refused: a typing error must not be answered as if it were none."""

from __future__ import annotations

from difflib import get_close_matches

from fastapi import HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute


async def known_parameters_only(request: Request) -> None:
    """Dependency of every route: answers 400 to a query parameter that the route does not know.

    A coroutine, so that no route needs a worker thread for it: health answers when all are busy.
    """
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    if not hasattr(request.app.state, "query_names"):
        request.app.state.query_names = {}
    known = _known(request.app.state.query_names, route)
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        close = get_close_matches(unknown[0], known, 1)
        every = f"known: {', '.join(sorted(known))}" if known else "this route takes none"
        hint = f"did you mean {close[0]!r}?" if close else every
        raise HTTPException(400, f"unknown query parameter {unknown[0][:60]!r}; {hint}")


def _known(seen: dict[int, frozenset[str]], route: APIRoute) -> frozenset[str]:
    """Names that a route knows; ``seen`` lives as long as the application and its routes."""
    if id(route) not in seen:
        seen[id(route)] = frozenset(_names(route.dependant))
    return seen[id(route)]


def _names(dependant: Dependant) -> set[str]:
    names = {str(parameter.alias) for parameter in dependant.query_params}
    for below in dependant.dependencies:
        names |= _names(below)
    return names
