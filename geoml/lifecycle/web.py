"""The web copies of an edition's layers: uint8 COG and finished tiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geoml.contract import Service
from geoml.raster.coding import (
    applicability_index,
    class_palette,
    flag_palette,
    hatch,
    score_index,
)
from geoml.raster.cog import read_grid
from geoml.raster.png import Palette
from geoml.raster.pyramid import write_pyramid
from geoml.raster.web import web_cog

FLAG = "applicability"


def palette_of(service: Service, layer: str) -> Palette:
    """The default colours of a layer: the legend's classes, or the hatching."""
    if layer == FLAG:
        return flag_palette()
    return class_palette(service.legend.edges, service.legend.colours)


def write_web(folder: Path, service: Service) -> dict[str, Any]:
    """Write ``<layer>-web.tif`` and ``tiles-<layer>.pmtiles`` for every layer in ``folder``.

    An edition of before a part was declared has no raster of it, and gets none here.

    Returns zooms and bounds in longitude and latitude, for the manifest.
    """
    zooms = (0, 0)
    for layer in service.layers:
        source, copy = folder / f"{layer}.tif", folder / f"{layer}-web.tif"
        if not source.is_file():
            continue
        flag = layer == FLAG
        zooms = web_cog(
            source,
            copy,
            quantise=applicability_index if flag else score_index,
            kind="mode" if flag else "average",
        )
        write_pyramid(
            copy,
            folder / f"tiles-{layer}.pmtiles",
            palette_of(service, layer),
            draw=hatch if flag else None,
            metadata={"name": f"{service.name} {layer}", "type": "overlay"},
        )
    bounds = [round(value, 6) for value in read_grid(folder / "score.tif").lonlat_bounds()]
    return {"minzoom": zooms[0], "maxzoom": zooms[1], "bounds": bounds}
