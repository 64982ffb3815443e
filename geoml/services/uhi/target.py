"""From a surface temperature to the anomaly that the model learns: kelvin above a reference."""

from __future__ import annotations

from typing import Any

import numpy as np

from geoml.errors import GridMismatch, InvalidArgument, NotEnoughData
from geoml.raster.grid import Grid
from geoml.types import Array, Features, Mask, Text

MODES = ("ring", "vegetated", "area")
LEAST_CELLS = 50
VEGETATED, OPEN = 0.5, 0.05

_TEXT = {
    "ring": Text(
        fr="par rapport à la campagne voisine, hors des limites de la commune",
        en="relative to the countryside around the town",
    ),
    "vegetated": Text(
        fr="par rapport à ce territoire : ses propres surfaces végétalisées",
        en="relative to this area: its own vegetated ground",
    ),
    "area": Text(
        fr="par rapport à ce territoire : sa température médiane",
        en="relative to this area: its median temperature",
    ),
}


def target_of(
    label: Array,
    features: Features,
    grid: Grid,
    *,
    inside: Mask | None,
    mode: str = "auto",
    source: str = "",  # noqa: ARG001 - there is one kind of label
) -> tuple[Array, dict[str, Any]]:
    """Kelvin above the reference temperature, and what that reference is.

    ``label`` is a temperature in kelvin on ``grid``; unknown is NaN and stays NaN. ``inside`` is
    the town boundary, None where there is none. The reference is a median: ``ring`` of the
    vegetated open cells outside the boundary (NDVI >= 0.5; building density < 0.05 where it is
    known), ``vegetated`` of such cells wherever they are, ``area`` of every cell. ``auto`` takes
    the first of them that has 50 cells; ``area`` needs one. Raises NotEnoughData.
    """
    _check(label, features, grid, inside, mode)
    tried = MODES if mode == "auto" else (mode,)
    for one in tried:
        cells = _cells(one, label, features, inside)
        if cells.sum() >= (1 if one == "area" else LEAST_CELLS):
            return _above(label, cells, one)
    raise NotEnoughData(
        "no reference temperature",
        where=f"reference mode {mode}",
        expected="one known temperature"
        if mode in ("area", "auto")
        else f"{LEAST_CELLS} vegetated open cells with a temperature",
        got=f"{int(cells.sum())} cells",
        next_step="use another reference mode, or an area with more countryside",
    )


def _above(label: Array, cells: Mask, mode: str) -> tuple[Array, dict[str, Any]]:
    temperature = round(float(np.median(label[cells])), 3)
    target: Array = (label - temperature).astype(np.float32)
    return target, {
        "mode": mode,
        "temperature_k": temperature,
        "cells": int(cells.sum()),
        "relative_to_area": mode != "ring",
        "text": _TEXT[mode].as_dict(),
    }


def _cells(mode: str, label: Array, features: Features, inside: Mask | None) -> Mask:
    known = np.isfinite(label)
    nothing: Mask = np.zeros_like(known)
    if mode == "area":
        return known
    if "ndvi" not in features or (mode == "ring" and inside is None):
        return nothing
    chosen: Mask = known & (features["ndvi"] >= VEGETATED)
    if "building_density" in features:
        chosen &= ~(features["building_density"] >= OPEN)
    if mode == "ring" and inside is not None:
        chosen &= ~inside
    return chosen


def _check(label: Array, features: Features, grid: Grid, inside: Mask | None, mode: str) -> None:
    if mode not in ("auto", *MODES):
        raise InvalidArgument(
            "unknown reference mode", expected=", ".join(("auto", *MODES)), got=repr(mode)
        )
    layers = {"label": label, **{n: features[n] for n in _USED if n in features}}
    shapes = {name: values.shape for name, values in layers.items()}
    if inside is not None:
        shapes["boundary"] = inside.shape
    for name, shape in shapes.items():
        if shape != grid.shape:
            raise GridMismatch(
                "not on the analysis grid", where=name, expected=str(grid.shape), got=str(shape)
            )


_USED = ("ndvi", "building_density")
