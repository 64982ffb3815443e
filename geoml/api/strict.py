"""Query parameters that are unknown or given twice are refused.

A typing error must not be answered as if it were none, nor one of two values as if it were both.
"""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches

from fastapi import HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute


async def known_parameters_only(request: Request) -> None:
    """Dependency of every route: answers 400 to a query parameter that the route does not know.

    Also to one that is given twice: no route here takes a list.

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
    given = [name for name, _ in request.query_params.multi_items()]
    if len(given) > len(request.query_params):
        [(twice, _)] = Counter(given).most_common(1)
        raise HTTPException(400, f"query parameter {twice!r} is given twice; give it once")


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
