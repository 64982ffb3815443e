"""Values of a layer: at a point, and summed up; read from the measured data, not from pixels."""

# No postponed annotations here: FastAPI could not see the closures that they name.
import math
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from geoml.errors import OutsideData
from geoml.raster.cog import read_from
from geoml.raster.grid import Window
from tiles.layers import Layer
from tiles.parameters import Resolve
from tiles.pool import POOL
from tiles.reader import data_of
from tiles.summary import meant, summary

Longitude = Annotated[float, InPath(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, InPath(ge=-90, le=90, allow_inf_nan=False)]


def build(resolve: Resolve) -> APIRouter:
    """Routes under ``/tiles/{layer}``: ``/point/{lon},{lat}`` and ``/statistics``."""
    router = APIRouter()

    @router.get("/point/{lon},{lat}", summary="Value at a place")
    async def point(
        layer: Annotated[Layer, Depends(resolve)], lon: Longitude, lat: Latitude
    ) -> dict[str, Any]:
        """The value of the cell that holds a place, null where it is unknown."""
        value = await run_in_threadpool(value_at, layer, lon, lat)
        return {
            "coordinates": [lon, lat],
            "values": [value],
            "band_names": ["b1"],
            "unit": layer.unit,
            "layer": layer.id,
        }

    @router.get("/statistics", summary="Summary of all cells")
    async def statistics(
        layer: Annotated[Layer, Depends(resolve)],
        max_size: Annotated[int, Query(ge=16, le=2048)] = 1024,
        bins: Annotated[int, Query(ge=1, le=256, alias="histogram_bins")] = 10,
    ) -> dict[str, Any]:
        """Statistics as rio-tiler computes them, from at most ``max_size`` cells a side."""
        band, sampled = await run_in_threadpool(summary, data_of(layer), layer.etag, max_size, bins)
        return {"b1": band, "unit": layer.unit, "sampled": sampled}

    return router


def value_at(layer: Layer, lon: float, lat: float) -> float | None:
    """The value of the cell at a place, None where unknown; raises OutsideData."""
    with POOL.lend(Path(data_of(layer)), layer.etag) as opened:
        cell = opened.grid.at(lon, lat)
        if cell is None:
            raise OutsideData(
                "outside this layer",
                where=f"{lon:.5f}, {lat:.5f}",
                next_step="tilejson.json gives its bounds",
            )
        found = read_from(opened.dataset, Window(*cell, 1, 1))
        value = float(meant(found, opened.dataset)[0, 0])
    return round(value, 4) if math.isfinite(value) else None
