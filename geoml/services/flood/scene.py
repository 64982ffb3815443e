"""A tiny synthetic valley whose floods are known: a river, a hollow, sealed quarters."""

from __future__ import annotations

import numpy as np

from geoml.contract import Scene
from geoml.features.curve_number import curve_number
from geoml.features.hydrology.gfi import LEAST_HEIGHT_M
from geoml.features.runoff import STORM_MM, runoff_depth
from geoml.raster.grid import Grid
from geoml.types import Array

_SIDE, _CELL_M = 80, 25.0
_STAGE_M = 5.0
_FLOOD_M = 4.0
_NOTHING_M = 0.1


def scene() -> Scene:
    """A valley 2 km wide and long, a river down its middle, a town on its eastern side.

    The river rises above its bed by a stage that is exponential with a mean of 5 m, so a place H
    metres above it is under more than 0.1 m of water in a share ``exp(-(H + 0.1) / 5)`` of floods.
    In the hollow, rain stands in a share ``depth x (0.4 + 0.6 x runoff share)`` of storms, up to
    0.95; elsewhere in the share of the rain that runs off, less on a slope: ``exp(-slope / 8)``.
    The truth is the larger of river and rain. The label is a mosaic of many floods: each cell
    remembers one of its own, as a depth.
    """
    grid = Grid("EPSG:2154", 650_000.0, 6_700_000.0, _CELL_M, _CELL_M, _SIDE, _SIDE)
    rng = np.random.default_rng(11)
    row, col = np.mgrid[:_SIDE, :_SIDE].astype(np.float64)
    away = np.abs(col - 28 - 4 * np.sin(row / 11)) * _CELL_M
    hand = 60.0 * (away / 1200.0) ** 2
    slope = np.degrees(np.arctan(120.0 * away / 1200.0**2)) + 0.05
    hollow = np.hypot(row - 22, col - 58) * _CELL_M
    sink = 1.2 * np.maximum(1.0 - (hollow / 200.0) ** 2, 0.0)
    sealed = np.clip(1.0 - np.hypot(row - 34, col - 50) / 20, 0, 1) * (0.5 + 0.5 * np.sin(row / 4))
    sealed = np.clip(sealed, 0, 1) * (away > 150)
    numbers = curve_number(sealed)
    runoff = runoff_depth(STORM_MM, numbers)
    slope = np.where(sink > 0, 0.3, slope)
    layers = {
        "hand": hand,
        "gfi": np.log(_FLOOD_M / np.maximum(hand, LEAST_HEIGHT_M)),
        "twi": np.log(
            (_CELL_M + 4 * (1200.0 - np.minimum(away, 1150))) / np.tan(np.radians(slope))
        ),
        "water_depth": np.maximum(_FLOOD_M - hand, 0.0),
        "river_distance": away,
        "elevation": 40.0 + hand + 0.001 * _CELL_M * (_SIDE - row) - sink,
        "sink_depth": sink,
        "slope": slope,
        "imperviousness": sealed,
        "curve_number": numbers,
        "runoff_50mm": runoff,
    }
    truth = np.maximum(_river(hand), _rain(sink, runoff, slope))
    return Scene(
        grid=grid,
        features={name: values.astype(np.float32) for name, values in layers.items()},
        label=_remembered(rng, hand, truth).astype(np.float32),
        inside=np.hypot(row - 34, col - 45) < 24,
        truth=truth.astype(np.float32),
        support_m=_CELL_M,
    )


def _river(hand: Array) -> Array:
    """Share of floods that put more than 0.1 m of water on a place."""
    return np.asarray(np.exp(-(hand + _NOTHING_M) / _STAGE_M))


def _rain(sink: Array, runoff: Array, slope: Array) -> Array:
    """Share of storms after which water stands there."""
    share = runoff / STORM_MM
    pond = np.minimum(sink * (0.4 + 0.6 * share), 0.95)
    return np.asarray(np.maximum(pond, share * np.exp(-slope / 8.0)))


def _remembered(rng: np.random.Generator, hand: Array, truth: Array) -> Array:
    """Depths of one flood for each cell: more than 0.1 m in a share ``truth`` of the draws."""
    luck = rng.random(truth.shape)
    river = np.maximum(-_STAGE_M * np.log(luck) - hand, 0.0)
    pond = np.where(luck < truth, 0.3, 0.0)
    return np.where(river > _NOTHING_M, river, pond)
