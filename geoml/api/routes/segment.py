"""``POST /services/{s}/segment``, for every service that looks at pictures."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile

from geoml import catalog
from geoml.api.problems import BadBody
from geoml.api.segment_schema import finding_schema, picture_schema
from geoml.api.served import Served
from geoml.areas.ingest.pictures import read_upload
from geoml.contract import Segmentation, Service
from geoml.lifecycle.picture_place import MOST_WORK
from geoml.lifecycle.segment_picture import found_in
from geoml.raster.picture import Place

FIELD = "file"
Coordinates = Literal["lonlat", "pixel"]


class GeoJSON(JSONResponse):
    """JSON of RFC 7946."""

    media_type = "application/geo+json"


def build(served: Served) -> APIRouter:
    """The routes that look at a picture."""
    router = APIRouter(tags=["answers"])
    for name in catalog.names():
        service = catalog.get(name)
        if service.segmentation is not None:
            _add(router, service, service.segmentation, served)
    return router


def _add(router: APIRouter, service: Service, found: Segmentation, served: Served) -> None:
    async def segment(
        request: Request,
        coordinates: Annotated[
            Coordinates,
            Query(
                description="lonlat: longitude and latitude, for a picture that says where it is. "
                "pixel: x right, y down, the origin in the top-left corner."
            ),
        ] = "lonlat",
        gsd: Annotated[
            float | None,
            Query(
                ge=0.01,
                le=10,
                allow_inf_nan=False,
                description="Metres per pixel, of a picture that does not say where it is. "
                "Refused where a georeference says something else, by more than 2 %.",
            ),
        ] = None,
        lat: Annotated[
            float | None,
            Query(
                ge=-66,
                le=66,
                allow_inf_nan=False,
                description="Latitude in degrees, of a picture that does not say where it is. "
                "Refused where a georeference says something else, by more than 0.5 degrees.",
            ),
        ] = None,
    ) -> GeoJSON:
        content = await _picture(request)

        def look() -> dict[str, Any]:
            return _look(service, found, served, content, coordinates, gsd, lat)

        return GeoJSON(await run_in_threadpool(look))

    router.post(
        f"/services/{service.name}/segment",
        summary=f"{service.title.en}: what a picture of yours shows",
        description=(
            "A GeoTIFF, JPEG or PNG of at most 2,048 x 2,048 pixels, in the field `file`. It is "
            "looked at and forgotten. Coarse pixels are enlarged to those of the model before, "
            f"and may then be {MOST_WORK} times as many as those of the largest picture. A larger "
            "picture is ingested as a source of an area. A georeference that cannot be used is "
            "not looked at when `coordinates=pixel` and `gsd` are given."
        ),
        name=f"segment_{service.name}",
        openapi_extra={"requestBody": picture_schema()},
        responses={200: finding_schema(service, found)},
        response_class=GeoJSON,
        response_model=None,
    )(segment)


async def _picture(request: Request) -> bytes:
    """The bytes in the one field of the form; raises BadBody 400, 415 or 422."""
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != "multipart/form-data":
        raise BadBody(415, f"expected multipart/form-data, got {given[:80] or 'no type'}", [])
    async with request.form(max_files=1, max_fields=1) as form:
        picture = form.get(FIELD)
        if set(form) != {FIELD} or not isinstance(picture, UploadFile):
            told = f"expected one field, {FIELD!r}, with a picture"
            raise BadBody(422, told, [{"field": FIELD, "problem": told}])
        return await picture.read()


def _look(
    service: Service,
    found: Segmentation,
    served: Served,
    content: bytes,
    coordinates: Coordinates,
    gsd: float | None,
    lat: float | None,
) -> dict[str, Any]:
    network = served.network(service.name)
    pixel = coordinates == "pixel"
    place: Place = "wanted" if pixel and gsd is not None else "needed"
    picture = read_upload(content, name=FIELD, place=place)
    told = found_in(
        service,
        found,
        network.engine,
        network.spec,
        picture,
        pixel=pixel,
        gsd_m=math.nan if gsd is None else gsd,
        latitude=math.nan if lat is None else lat,
    )
    return {"service": service.name, "model": network.model, **told}
