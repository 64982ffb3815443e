"""The composition root: settings in, one application out; no work at import."""

from __future__ import annotations

import logging
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.types import Scope

from geoml import __version__, catalog
from geoml.api import problems
from geoml.api.accesslog import AccessLog, to_logger
from geoml.api.compression import Compression
from geoml.api.counted import Counted, exposition
from geoml.api.gate import Gate, Lanes
from geoml.api.keys import Keys
from geoml.api.layers import TileLayers
from geoml.api.limits import RateLimit, edge, safe_headers
from geoml.api.metrics import Meter
from geoml.api.middleware import BodyLimit, Envelope
from geoml.api.ogc.routes import Features
from geoml.api.ogc.shelf import Shelf
from geoml.api.ogc.shortway import ShortWay
from geoml.api.ranges import Ranges
from geoml.api.routes import areas, docs, gis, health, landing, predict, scenarios, segment
from geoml.api.security import Guard, layer_allowed
from geoml.api.served import Served
from geoml.api.settings import Settings
from geoml.api.stac import routes as stac
from geoml.api.strict import known_parameters_only
from geoml.paths import maps_dir
from geoml.raster.settings import lock
from tiles.edge import HeadAsGet, PublicAddress
from tiles.fast import FastLane
from tiles.front import TileFront
from tiles.router import build_router

logger = logging.getLogger("geoml.api")


def create_app(settings: Settings | None = None, log: AccessLog = to_logger) -> FastAPI:
    """Build the API; run it with ``uvicorn --factory geoml.api.app:create_app``."""
    settings = settings or Settings()
    lock()
    app = FastAPI(
        title="geoml",
        version=__version__,
        description=landing.DESCRIPTION,
        openapi_url=None,  # /api is a route of ours, as strict as the others
        docs_url=None,
        redoc_url=None,
        servers=[{"url": settings.root_path}] if settings.root_path else None,
        dependencies=[Depends(known_parameters_only)],
    )
    for error in catalog.broken().values():
        logger.warning("%s", error)
    served, prefix = Served(settings.data), settings.root_path
    app.state.settings, app.state.served, app.state.shelf = settings, served, Shelf(served)
    counted = Counted(Meter(), Lanes(settings.heavy_at_once, settings.heavy_waiting))
    problems.register(app)
    layers, lane = TileLayers(served), FastLane()
    features, vectors = Features(app.state.shelf, served), gis.vector_tiles(served)
    # Routes are tried in this order: what is asked for most comes first.
    app.include_router(gis.build(served, app.state.shelf, layers, lane, vectors))
    app.include_router(landing.build(features))
    app.include_router(health.build(served, exposition(served, counted, log)))
    app.include_router(docs.build(prefix))
    app.include_router(areas.build(served, prefix))
    app.include_router(predict.build(served, settings))
    app.include_router(scenarios.build(served))
    app.include_router(segment.build(served))
    app.router.routes.extend(stac.build(served))
    app.include_router(build_router(layers, lane))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    if maps_dir().is_dir():
        app.mount("/maps", FrontEnd(directory=maps_dir(), html=True))
    # From here on, what is added later stands before what is added earlier.
    app.add_middleware(Ranges)
    app.add_middleware(Gate, sort=counted.lanes.sort)
    app.add_middleware(ShortWay, features=features, vectors=vectors)
    app.add_middleware(
        BodyLimit, limit=settings.max_body_bytes, pictures=settings.max_picture_bytes
    )
    app.add_middleware(Gate, sort=counted.lanes.uploads)
    if settings.writes_per_minute:
        app.add_middleware(RateLimit, per_minute=settings.writes_per_minute)
    app.add_middleware(Compression)
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        TileFront, source=layers, lane=lane, allowed=layer_allowed, counts=counted.tiles
    )
    app.add_middleware(Guard, keys=Keys(settings.data), public_read=settings.public_read)
    app.add_middleware(PublicAddress, public_url=settings.public_url)
    edge(app, settings)
    headers = safe_headers(settings)
    app.add_middleware(Envelope, meter=counted.meter, log=log, prefix=prefix, headers=headers)
    return app


class FrontEnd(StaticFiles):
    """The built map; files with a hash in their name may be kept for a year."""

    async def get_response(self, path: str, scope: Scope):  # type: ignore[no-untyped-def]  # noqa: ANN201
        """As StaticFiles, with a cache-control header."""
        answer = await super().get_response(path, scope)
        hashed = path.startswith("assets/")
        keep = "public, max-age=31536000, immutable" if hashed else "no-cache"
        answer.headers["cache-control"] = keep
        return answer
