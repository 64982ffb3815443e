"""What an action on a piece of ground would do, from what a published edition says of it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import shapely

from geoml.areas.area import Area, projected
from geoml.areas.boundary import Geometry
from geoml.contract import Action, Model, Service
from geoml.editions import EditionRef
from geoml.errors import NoOverlap, OutOfRange
from geoml.learning.scenario import Change, effect
from geoml.lifecycle.rasters import INPUTS
from geoml.raster.cog import read
from geoml.raster.grid import Grid, Window
from geoml.types import Array, Features, Mask
from geoml.vector.coverage import coverage

MOST_CELLS = 250_000
"""Cells of the box around a polygon: what is tried out is a quarter, not a country."""


def try_out(
    service: Service,
    model: Model,
    area: Area,
    edition: EditionRef,
    ground: Geometry,
    action: Action,
    amount: float,
) -> dict[str, Any]:
    """The mean effect of an action on the cells whose centre lies in ``ground``.

    ``ground`` is a valid polygon in longitude and latitude. The features are those that the
    edition was made from, the model the one that made it. Means are over the cells that have an
    answer; the interval of a mean is the mean of the intervals, as if all cells erred together.
    Numbers are in the target's unit, scores 0..100; None where nothing is known.

    Raises:
        NoOverlap: Ground that reaches beyond the area.
        OutOfRange: Ground that is too large or smaller than a cell; an amount not allowed.
    """
    ground = _on_grid(area, ground)
    window = _window(area, ground)
    grid = area.grid.window(window)
    mask = coverage([ground], grid, oversample=1) >= 0.5
    if not mask.any():
        raise _unfit(area, f"no centre of a cell of {area.resolution_m:g} m lies in it")
    given = _inputs(edition, window)
    rows = {name: values[mask] for name, values in given.items()}
    found = effect(service, model, rows, np.ones(int(mask.sum()), bool), action, amount)
    known = np.isfinite(found.target.after)
    return {
        "cells": int(mask.sum()),
        "cells_answered": int(known.sum()),
        "area_m2": round(float(mask.sum()) * grid.pixel_x * grid.pixel_y, 1),
        **_told(service, found.target),
        "parts": {
            part.name: {"title": part.title.as_dict(), **_told(service, found.parts[part.name])}
            for part in service.parts
        },
    }


def _on_grid(area: Area, ground: Geometry) -> Geometry:
    """The polygon in the area's CRS; raises NoOverlap where it is not wholly inside the grid."""
    here = shapely.box(*area.grid.lonlat_bounds())
    if here.covers(ground):  # far from it, a projection may know no coordinates
        there = projected(ground, area.crs)
        if shapely.box(*area.grid.bounds).covers(there):
            return there
    raise NoOverlap(
        "the polygon reaches beyond the area",
        where=area.name,
        expected=f"a polygon inside {', '.join(f'{side:.6f}' for side in here.bounds)}",
        got=", ".join(f"{side:.6f}" for side in ground.bounds),
        next_step="draw it inside the area",
    )


def _window(area: Area, ground: Geometry) -> Window:
    """The cells around a polygon inside the grid; raises OutOfRange."""
    grid: Grid = area.grid
    west, south, east, north = ground.bounds
    left = min(math.floor((west - grid.west) / grid.pixel_x), grid.cols - 1)
    top = min(math.floor((grid.north - north) / grid.pixel_y), grid.rows - 1)
    right = min(math.ceil((east - grid.west) / grid.pixel_x), grid.cols)
    bottom = min(math.ceil((grid.north - south) / grid.pixel_y), grid.rows)
    window = Window(top, left, max(bottom - top, 1), max(right - left, 1))
    if window.rows * window.cols > MOST_CELLS:
        raise _unfit(area, f"{window.rows * window.cols:,} cells around it")
    return window


def _unfit(area: Area, got: str) -> OutOfRange:
    return OutOfRange(
        "not a piece of ground to try something out on",
        where=area.name,
        expected=f"at least one cell of {area.resolution_m:g} m, at most {MOST_CELLS:,} of them",
        got=got,
        next_step="draw another polygon",
    )


def _inputs(edition: EditionRef, window: Window) -> Features:
    """What the model saw in a window, by feature, shape (rows, cols)."""
    path = edition.folder / f"{INPUTS}.tif"
    names = edition.manifest()["features_used"]
    return {name: read(path, window, band) for band, name in enumerate(names, 1)}


def _told(service: Service, change: Change) -> dict[str, Any]:
    """Means of one quantity: before, after, and the change with its interval."""
    known = np.isfinite(change.before) & np.isfinite(change.after)
    scores = service.score.score(change.before), service.score.score(change.after)
    score = {
        "before": _mean(scores[0], known, 2),
        "after": _mean(scores[1], known, 2),
        "change": _mean(scores[1] - scores[0], known, 2),
    }
    target = {
        "before": _mean(change.before, known),
        "after": _mean(change.after, known),
        "change": _mean(change.after - change.before, known),
        "lower": _mean(change.lower, known),
        "upper": _mean(change.upper, known),
    }
    return {f"{service.name}_score": score, service.target.name: target}


def _mean(values: Array, known: Mask, digits: int = 4) -> float | None:
    """The mean over the known cells; None where there is none, or one of them has no number."""
    if not known.any():
        return None
    mean = float(values[known].mean())
    return round(mean, digits) if math.isfinite(mean) else None
