"""The web copies of an edition's layers: uint8 COG and finished tiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from geoml.contract import PROBABILITY, Legend, Service
from geoml.raster.coding import (
    applicability_index,
    class_palette,
    flag_palette,
    hatch,
    probability_index,
    score_index,
)
from geoml.raster.cog import read_grid
from geoml.raster.png import Palette
from geoml.raster.pyramid import write_pyramid
from geoml.raster.web import web_cog
from geoml.types import Text

FLAG = "applicability"
SEEN = Legend(
    edges=(0, 20, 40, 60, 80, 100),
    colours=("#f2f0f7", "#cbc9e2", "#9e9ac8", "#756bb1", "#54278f"),
    labels=(
        Text(fr="Sûrement pas", en="Surely not"),
        Text(fr="Peu probable", en="Unlikely"),
        Text(fr="Incertain", en="Unsure"),
        Text(fr="Probable", en="Likely"),
        Text(fr="Presque sûr", en="Nearly sure"),
    ),
)
"""Classes of the probability that a network gives a pixel, in percent."""


def legend_of(service: Service, layer: str) -> Legend:
    """The classes that a layer is drawn in; those of the score for all but the network's view."""
    return SEEN if layer == PROBABILITY else service.legend


_QUANTISE = {FLAG: applicability_index, PROBABILITY: probability_index}


def palette_of(service: Service, layer: str) -> Palette:
    """The default colours of a layer: the classes of its legend, or the hatching."""
    if layer == FLAG:
        return flag_palette()
    legend = legend_of(service, layer)
    return class_palette(legend.edges, legend.colours)


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
            quantise=_QUANTISE.get(layer, score_index),
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
