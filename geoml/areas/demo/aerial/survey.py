"""The flight over a district: its photograph, its surface model, and the truth about its roofs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
from shapely import Polygon

from geoml.areas.demo import canvas, light
from geoml.areas.demo.aerial import camera
from geoml.areas.demo.aerial.camera import Camera, Light
from geoml.areas.demo.aerial.district import AROUND_M, District, district
from geoml.areas.demo.aerial.render import Index, Rendered, View, mean, noise, render
from geoml.areas.demo.layout import Layout
from geoml.areas.demo.noise import stream
from geoml.areas.demo.surface import Surface
from geoml.raster import cog
from geoml.raster.grid import Grid, Window, windows
from geoml.types import Array
from geoml.vector.write import write_vector

PHOTO_M, MODEL_M = 0.25, 1.0
"""Cells of the photograph and of the surface model."""
FINE = 2
"""Cells that are drawn for one of the photograph, each way."""
BLOCK = 480
MODEL_SD_M = 0.08
"""Noise of the surface model, standard deviation."""
SHOT = Camera(
    blur_px=0.4,
    exposure=1.12,
    white=(1.02, 1.0, 0.98),
    haze=(0.004, 0.007, 0.011),
    gamma=2.2,
    contrast=1.05,
    colour=0.92,
    noise=1.2,
    quality=100,
    sharpen=0.3,
)


@dataclass(frozen=True, slots=True)
class Flight:
    """Where the three files of a district are to be written; the last one is never ingested."""

    photograph: Path
    model: Path
    truth: Path


def fly(layout: Layout, surface: Surface, extent: Grid, files: Flight) -> None:
    """Write photograph, surface model and truth of the part ``extent`` of a town.

    Photograph: uint8 red, green, blue, cells of ``PHOTO_M``. Surface model: metres above sea,
    ground, roofs, trees and small noise, cells of ``MODEL_M``. Truth: a row for each plane of a
    roof with ``building`` (its row among the town's buildings), ``tilt_deg``, ``azimuth_deg``
    (clockwise from north, null where flat), ``area_m2`` seen from above, ``eave_m`` above the
    ground. ``extent`` must be a multiple of both cells.
    """
    grid = extent.refine(round(extent.pixel_x / PHOTO_M))
    drawn = district(layout, surface, grid)
    ratio = round(MODEL_M / PHOTO_M)
    coarse = extent.refine(round(extent.pixel_x / MODEL_M))
    rng = stream(layout.plan.seed, "flight")
    model = np.empty(coarse.shape, np.float32)
    bands = ("red", "green", "blue")
    with cog.cog_writer(files.photograph, grid, dtype="uint8", nodata=None, bands=bands) as writer:
        for window in windows(grid, BLOCK):
            seen = _seen(drawn, grid.window(window))
            picture = camera.exposed(mean(seen.radiance, FINE), SHOT, rng)
            for band in range(3):
                writer.write(picture[..., band], window, band + 1)
            part = Window(*(side // ratio for side in _sides(window)))
            model[part.slices] = _levels(drawn, seen, layout, coarse.window(part), ratio * FINE)
    model += np.float32(MODEL_SD_M) * rng.standard_normal(model.shape, np.float32)
    with cog.cog_writer(files.model, coarse, bands=("dsm",), units=("m",)) as writer:
        writer.write(model)
    write_vector(files.truth, truth(drawn))


def _sides(window: Window) -> tuple[int, int, int, int]:
    return window.row, window.col, window.rows, window.cols


def _seen(drawn: District, part: Grid) -> Rendered:
    """One block from straight above under the towns' own sun, without the scenery around it."""
    cell = PHOTO_M / FINE
    edge = round(AROUND_M / cell)
    rows, cols = part.rows * FINE + 2 * edge, part.cols * FINE + 2 * edge
    view = View(part.west - AROUND_M, part.north + AROUND_M, cell, rows, cols)
    sun = Light(light.SUN_AZIMUTH_DEG, light.SUN_ELEVATION_DEG, sky=0.3, gloss=0.5)
    whole = render(drawn.sketch, view, sun, edge=edge, ground=_floor(drawn, view))
    inner = slice(edge, rows - edge), slice(edge, cols - edge)
    return Rendered(
        whole.radiance[inner], whole.roof[inner], whole.height_m[inner], whole.piece[inner]
    )


def _floor(drawn: District, view: View) -> Index:
    """The piece of the ground in each cell: the town's 2.5 m cells with wandering edges."""
    rows, cols = view.rows // FINE, view.cols // FINE
    x = view.west + (np.arange(cols) + 0.5) * PHOTO_M
    y = view.north - (np.arange(rows) + 0.5) * PHOTO_M
    tile = noise()
    at = np.ix_((y / 0.5).astype(int) % tile.shape[1], (x / 0.5).astype(int) % tile.shape[2])
    grid = drawn.near
    row = (grid.north - y[:, None] + 1.1 * tile[1][at]) / grid.pixel_y
    col = (x - grid.west + 1.1 * tile[1].T[at]) / grid.pixel_x
    inside = row.astype(int).clip(0, grid.rows - 1), col.astype(int).clip(0, grid.cols - 1)
    return canvas.repeat(drawn.floor[inside], FINE)


def _levels(drawn: District, seen: Rendered, layout: Layout, grid: Grid, factor: int) -> Array:
    """Elevation of what is seen: a roof stands on the ground of its house, all else on its own."""
    x, y = canvas.axes(grid)
    spots = np.broadcast_arrays(x, y)
    ground = canvas.sample(layout.elevation_m, layout.ground, spots[0], spots[1])
    base = np.where(seen.piece >= 0, drawn.base_m[seen.piece], np.nan)
    under = np.where(np.isnan(base), canvas.repeat(ground, factor), base)
    return mean(under + seen.height_m, factor)


def truth(drawn: District) -> geopandas.GeoDataFrame:
    """The planes of the roofs that lie on the photograph, as ``fly`` writes them."""
    areas = _areas(drawn)
    bounds = drawn.grid.bounds
    rows = []
    for facet in drawn.sketch.facets:
        outline = Polygon(facet.outline)
        west, south, east, north = outline.bounds
        whole = (
            west >= bounds[0] and south >= bounds[1] and east <= bounds[2] and north <= bounds[3]
        )
        if whole and areas[facet.piece] > 0:
            rows.append(
                {
                    "building": facet.roof,
                    "tilt_deg": facet.tilt_deg,
                    "azimuth_deg": facet.azimuth_deg,
                    "area_m2": float(areas[facet.piece]),
                    "eave_m": facet.eave_m,
                    "geometry": outline,
                }
            )
    return geopandas.GeoDataFrame(rows, geometry="geometry", crs=drawn.grid.crs)


def _areas(drawn: District) -> Array:
    """Square metres of each piece that are seen from above, if only planes of roofs stood there."""
    from geoml.areas.demo.aerial import brush

    points, pieces, _, _ = drawn.sketch.tables()
    planes = np.array([facet.piece for facet in drawn.sketch.facets])
    grid = drawn.grid
    height, piece = np.full(grid.shape, -1.0), np.full(grid.shape, -1, np.int32)
    roof = np.zeros(grid.shape, bool)
    brush.lay(points, pieces[planes], (grid.west, grid.north, PHOTO_M), height, piece, roof)
    areas = np.zeros(len(pieces))
    areas[planes] = np.bincount(piece[piece >= 0], minlength=len(planes)) * PHOTO_M**2
    return areas
