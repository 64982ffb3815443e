"""The strip of Banepa that the training of the shipped model kept out: pixels and whole roofs."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

from benchmarks.page import table, text
from benchmarks.roofs import (
    AS_SEEN,
    OBJECTS,
    PIXELS,
    best_rule,
    drawn,
    model,
    object_row,
    pieces_of,
    pixel_row,
    regions,
    roofs,
    squared,
)
from geoml.learning.segmentation.evaluate import pieces
from geoml.learning.segmentation.infer import predict_chip
from geoml.learning.segmentation.metrics import Counts
from geoml.learning.segmentation.sheets import source
from geoml.learning.segmentation.splits import GAP_M, Region

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "ortho" / "banepa"
PLACE = "banepa"
LEAST_M2 = 4.0
"""Smaller pieces that the edge of the strip cuts off a roof are no roofs."""
NET, OUTLINES, SQUARED = "the network", "its outlines, corners as seen", "its outlines, squared"
PERFECT = "outlines of the true pixels, squared"


def section() -> list[str]:
    """Pixels and roofs where the model learned nothing of the town."""
    one, strip = model(), held_out()
    rows, rule = measured()
    wide, high = (side * strip.sheet.gsd_m for side in (strip.window.cols, strip.window.rows))
    return [
        text(
            f"""Banepa, Nepal: dense roofs of concrete and sheet metal, 0.13 m per pixel from a
            drone, outlines from OpenStreetMap. The model that ships ({one.called}) learned from
            this town. A strip of {wide:.0f} m by {high:.0f} m across it was kept out, with
            {GAP_M:g} m beside it, and is all that is told here; its other places were
            {_listed(one.manifest["learned_from"])}. *Trivial rule*: {rule}, chosen among five
            indices where the model learned. *Edge IoU* counts the pixels within 1 m of an outline;
            *roof area* is how much more or less than the truth there is of it."""
        ),
        "",
        *table(PIXELS, [pixel_row(name, [rows[name]]) for name in rows if name != PERFECT]),
        "",
        text(
            f"""Whole roofs, {rows[SQUARED].true} of them mapped, those included that the strip
            cuts: two outlines are the same at an IoU of 0.5 or more. PoLiS is the mean
            distance between the outlines of the same roof, *corners* how many are drawn for each
            true one. The roofs touch here, so the last row says what outlines can be had from
            pixels that are all right."""
        ),
        "",
        *table(OBJECTS, [object_row(n, [rows[n]]) for n in rows if rows[n].true]),
    ]


def _listed(places: list[str]) -> str:
    told = [one for one in places if one != PLACE]
    return ", ".join("towns that do not exist" if one == "generated" else one for one in told)


def held_out() -> Region:
    """The strip."""
    (strip,) = (one for one in regions(PLACE) if one.part == "report")
    return strip


@cache
def measured() -> tuple[dict[str, Counts], str]:
    """Counts by what was measured, and the trivial rule in words."""
    strip = held_out()
    gsd = strip.sheet.gsd_m
    values, known = source(strip.sheet).read(strip.window)
    rgb, true = np.ascontiguousarray(np.moveaxis(values[:3], 0, -1)), values[3] > 0
    one = model()
    probability = predict_chip(one.engine, one.spec, rgb, gsd, known=known)
    truth = osm(strip)
    ruled = rule()
    guess = ruled(rgb, gsd)
    everything = np.ones_like(true)
    net = probability >= one.spec.threshold
    seen, square = squared(probability, gsd, AS_SEEN), squared(probability, gsd)
    of_rule, perfect = pieces_of(guess, gsd), squared(true.astype(np.float32), gsd)
    rows = {
        NET: roofs([], [], net, true, gsd),
        OUTLINES: roofs(seen, truth, drawn(seen, true.shape, gsd), true, gsd),
        SQUARED: roofs(square, truth, drawn(square, true.shape, gsd), true, gsd),
        "trivial rule": roofs(of_rule, truth, guess, true, gsd),
        "everything is roof": roofs([], [], everything, true, gsd),
        PERFECT: roofs(perfect, truth, drawn(perfect, true.shape, gsd), true, gsd),
    }
    return rows, ruled.told


@cache
def rule() -> Any:
    """The trivial rule, from what the model learned from."""
    learned = [one for one in regions(PLACE) if one.part == "learn"]
    return best_rule(
        (np.moveaxis(values[:3], 0, -1), values[3] > 0, region.sheet.gsd_m)
        for region in learned
        for window in pieces(region.window)
        for values, _ in [source(region.sheet).read(window)]
    )


def osm(region: Region) -> Any:
    """The mapped roofs in a window of the town, in metres from its corner, x right and y up.

    The picture lies in Web Mercator, whose metres are stretched: pixels are as long as the data
    set says they are.
    """
    (path,) = (FOLDER / "train" / "osm").glob("*.geojson")
    shapes = np.asarray(geopandas.read_file(path).to_crs("EPSG:3857").geometry.array, dtype=object)
    tiles = json.loads((FOLDER / "index_derived.json").read_text(encoding="utf-8"))
    boxes = np.array([tile["epsg3857"] for tile in tiles if tile["tile"].startswith("train")])
    west, north = boxes[:, 0].min(), boxes[:, 3].max()
    step = (boxes[:, 2].max() - west) / region.sheet.shape[1]
    gsd, window = region.sheet.gsd_m, region.window
    corner = np.array([west + window.col * step, north - window.row * step])
    moved = shapely.transform(shapes, lambda xy: (xy - corner) * (gsd / step))
    frame = shapely.box(0, -window.rows * gsd, window.cols * gsd, 0)
    inside = shapely.intersection(moved, frame)
    whole: Any = inside[shapely.area(inside) >= LEAST_M2]
    return whole
