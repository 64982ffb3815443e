"""Values of a layer: at a point, and summed up; read from the measured data, not from pixels."""

# No postponed annotations here: FastAPI could not see the closures that they name.
import math
from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Annotated, Any

import rasterio
from fastapi import APIRouter, Depends, Path, Query

from geoml.errors import OutsideData
from geoml.raster.cog import grid_of, open_cog, read_from
from geoml.raster.grid import Window
from tiles.layers import Layer
from tiles.reader import GDAL, CogReader, data_of

Longitude = Annotated[float, Path(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Path(ge=-90, le=90, allow_inf_nan=False)]


def build(resolve: Callable[..., Layer]) -> APIRouter:
    """Routes under ``/tiles/{layer}``: ``/point/{lon},{lat}`` and ``/statistics``."""
    router = APIRouter()

    @router.get("/point/{lon},{lat}", summary="Value at a place")
    def point(
        layer: Annotated[Layer, Depends(resolve)], lon: Longitude, lat: Latitude
    ) -> dict[str, Any]:
        """The value of the cell that holds a place, null where it is unknown."""
        value = value_at(FilePath(data_of(layer)), lon, lat)
        return {
            "coordinates": [lon, lat],
            "values": [value],
            "band_names": ["b1"],
            "unit": layer.unit,
            "layer": layer.id,
        }

    @router.get("/statistics", summary="Summary of all cells")
    def statistics(
        layer: Annotated[Layer, Depends(resolve)],
        max_size: Annotated[int, Query(ge=16, le=2048)] = 1024,
        bins: Annotated[int, Query(ge=1, le=256, alias="histogram_bins")] = 10,
    ) -> dict[str, Any]:
        """Statistics as rio-tiler computes them, from at most ``max_size`` cells a side."""
        with rasterio.Env(**GDAL), CogReader(data_of(layer)) as reader:
            whole = max(reader.dataset.width, reader.dataset.height) <= max_size
            image = reader.preview(max_size=max_size)
        [band] = image.statistics(hist_options={"bins": bins}).values()
        return {"b1": _finite(band.model_dump()), "unit": layer.unit, "sampled": not whole}

    return router


def value_at(path: FilePath, lon: float, lat: float) -> float | None:
    """The value of the cell at a place, None where unknown; raises OutsideData."""
    with open_cog(path) as dataset:
        cell = grid_of(dataset).at(lon, lat)
        if cell is None:
            raise OutsideData(
                "outside this layer",
                where=f"{lon:.5f}, {lat:.5f}",
                next_step="tilejson.json gives its bounds",
            )
        value = float(read_from(dataset, Window(*cell, 1, 1))[0, 0])
    return round(value, 4) if math.isfinite(value) else None


def _finite(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """NaN and infinity, which JSON does not have, as null."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
