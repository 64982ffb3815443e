"""Routes of the general lane: nothing is done before the cache was asked, then one thread works.

They answer what TiTiler's routes would, in a tenth of the time: datasets stay open, and PNGs are
indexed.
"""

# No postponed annotations here: FastAPI could not see the closures that they name.
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from tiles import general
from tiles.caching import caching, not_modified
from tiles.layers import Layer
from tiles.parameters import (
    Column,
    GridName,
    Ramp,
    Range,
    Resolve,
    Row,
    Side,
    Style,
    Zoom,
    ends,
    only,
)
from tiles.styles import full

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}, "description": "The tile."},
    304: {"description": "Not modified."},
    404: {"description": "No such layer, no such tile, or nothing of the layer in it."},
}


def build(resolve: Resolve) -> APIRouter:
    """Routes under ``/tiles/{layer}``; ``resolve`` is the dependency that finds the layer."""
    router = APIRouter()
    path = "{tileMatrixSetId}/{z}/{x}/{y}.png"

    @router.get(
        f"/tiles/{path}",
        responses=_ANSWERS,
        response_class=Response,
        summary="Tile of any grid, in a style",
        dependencies=[Depends(only("style", "tilesize"))],
    )
    async def styled(
        request: Request,
        layer: Annotated[Layer, Depends(resolve)],
        grid: GridName,
        z: Zoom,
        x: Column,
        y: Row,
        style: Style = None,
        tilesize: Side = 256,
    ) -> Response:
        layer.palette(style)

        def draw() -> bytes:
            return general.styled(layer, general.Place(grid, z, x, y), style, tilesize)

        told = f"{style or layer.default_style}-{grid}-{tilesize}"
        return await _answer(request, layer, told, draw)

    @router.get(
        f"/values/{path}",
        responses=_ANSWERS,
        response_class=Response,
        summary="Tile of the measured values, in any range",
        dependencies=[Depends(only("rescale", "colormap_name"))],
    )
    async def stretched(
        request: Request,
        layer: Annotated[Layer, Depends(resolve)],
        grid: GridName,
        z: Zoom,
        x: Column,
        y: Row,
        rescale: Range,
        colormap_name: Ramp = "viridis",
    ) -> Response:
        low, high = ends(rescale)

        def draw() -> bytes:
            tile = general.Place(grid, z, x, y)
            return general.stretched(layer, tile, low, high, full(colormap_name))

        return await _answer(request, layer, f"{colormap_name}-{low:g}-{high:g}-{grid}", draw)

    return router


async def _answer(request: Request, layer: Layer, told: str, draw: Callable[[], bytes]) -> Response:
    """A tile drawn in a thread, or 304; ``told`` is what its tag says beside the edition."""
    headers = caching(layer, told)
    if not_modified(request, headers["etag"]):
        return Response(status_code=304, headers=headers)
    content = await run_in_threadpool(draw)
    return Response(content, media_type="image/png", headers=headers)
