"""Every tile route in one router, for the application that includes it."""

# No postponed annotations here: FastAPI could not see the closures that they name.
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.concurrency import run_in_threadpool

from tiles import lean, styles, titiler, values
from tiles.caching import caching as caching  # other routes take both from here
from tiles.caching import not_modified as not_modified
from tiles.fast import BLANK, FastLane
from tiles.layers import Layer, LayerSource
from tiles.parameters import Column, LayerId, Row, Style, Zoom, check_tile

IMAGES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}, "image/webp": {}}, "description": "The tile."},
    304: {"description": "Not modified."},
    404: {"description": "No such layer, or no such tile."},
}


def build_router(source: LayerSource, lane: FastLane | None = None) -> APIRouter:
    """All routes under ``/tiles``: fast lane, TileJSON, point, statistics, TiTiler.

    The application wraps itself in ``tiles.edge``: HEAD and the address in TileJSON need it. It
    may put ``tiles.front`` before itself, with the same ``lane``.
    """
    lane = lane or FastLane()

    async def resolve(layer: LayerId) -> Layer:
        return source.get(layer)

    router = APIRouter(tags=["tiles"])

    @router.get(
        "/tiles/{layer}/{z}/{x}/{y}.png",
        responses=IMAGES,
        summary="Finished map tile",
        response_class=Response,
    )
    async def tile(
        request: Request, layer: LayerId, z: Zoom, x: Column, y: Row, style: Style = None
    ) -> Response:
        """A 256 px tile; transparent where there is nothing, 404 off the web map's grid."""
        found = source.get(layer)
        check_tile(z, x, y)
        headers = caching(found, style)
        if not_modified(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        answer = lane.ready(found, z, x, y, style)
        if answer is None:
            return Response(BLANK, media_type="image/png", headers=headers)
        if isinstance(answer, bytes):
            return Response(answer, media_type=found.media_type, headers=headers)
        content, media_type = await run_in_threadpool(answer)
        return Response(content, media_type=media_type, headers=headers)

    @router.get("/tiles/{layer}/tilejson.json", summary="TileJSON")
    def tilejson(
        request: Request, layer: Annotated[Layer, Depends(resolve)], style: Style = None
    ) -> dict[str, Any]:
        """TileJSON 3.0 of a layer, with its title, unit and legend."""
        return document(str(request.base_url), layer, style)

    router.include_router(values.build(resolve), prefix="/tiles/{layer}")
    # The lean routes come first: their PNG is TiTiler's, in a tenth of the time.
    router.include_router(lean.build(resolve), prefix="/tiles/{layer}")
    router.include_router(titiler.build(resolve), prefix="/tiles/{layer}")
    return router


def document(base_url: str, layer: Layer, style: str | None) -> dict[str, Any]:
    """TileJSON 3.0 (https://github.com/mapbox/tilejson-spec) of a layer."""
    if style is not None:
        layer.palette(style)
    query = f"?style={style}" if style else ""
    west, south, east, north = layer.bounds
    return {
        "tilejson": "3.0.0",
        "name": layer.id,
        "title": layer.title.as_dict(),
        "unit": layer.unit,
        "scheme": "xyz",
        "tiles": [f"{base_url.rstrip('/')}/tiles/{layer.id}/{{z}}/{{x}}/{{y}}.png{query}"],
        "minzoom": layer.minzoom,
        "maxzoom": layer.maxzoom,
        "bounds": list(layer.bounds),
        "center": [(west + east) / 2, (south + north) / 2, layer.minzoom],
        "attribution": layer.attribution,
        "legend": _legend(layer, style),
        "style": style or layer.default_style,
        "styles": sorted(layer.palettes),
        "style_titles": {
            name: styles.TITLES[name].as_dict() for name in layer.palettes if name in styles.TITLES
        },
    }


def _legend(layer: Layer, style: str | None) -> dict[str, Any]:
    """The legend in a style: classes keep theirs, a ramp says its colours from 0 to 100."""
    if not styles.is_ramp(style):
        return dict(layer.legend)
    return {**layer.legend, "ramp": styles.stops(str(style))}
