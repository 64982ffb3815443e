"""What a model says of an area, written block by block as the rasters of an edition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geoml.areas.area import Area
from geoml.contract import Model, Prediction, Service
from geoml.learning.support import cells, support_mean
from geoml.paths import Home
from geoml.raster.cog import CogWriter, cog_writer, read
from geoml.raster.grid import Window, grown, windows
from geoml.types import Array, Features

TARGET, INPUTS = "target", "inputs"
BOUNDS = ("lower", "upper")


def score(
    home: Home,
    service: Service,
    model: Model,
    area: Area,
    names: tuple[str, ...],
    shown: tuple[str, ...],
    folder: Path,
    step: Callable[[float], None],
) -> dict[str, float]:
    """Write the float layers of an edition, block by block, whatever the size of the area.

    ``target.tif`` holds the target, its interval and its parts in the target's unit;
    ``inputs.tif`` the features ``shown``: those that the model saw (``names``) at the support that
    it was trained for, then what is carried along. Returns which percentage of the cells has an
    answer, and which has one that the model's training vouches for.
    """
    answered = applicable = 0
    grid = area.grid
    k = cells(float(model.manifest.get("support_m") or 0.0), grid)
    with ExitStack() as stack:
        rasters = _open(stack, service, area, shown, folder)
        blocks = windows(grid, 512)
        for number, window in enumerate(blocks):
            given = {name: _at_support(home, area, name, window, k) for name in shown}
            told = model.predict({name: given[name].ravel() for name in names}, explain=False)
            rasters.write(service, told, given, window)
            answered += int(np.isfinite(told.target).sum())
            applicable += int((told.applicability <= 1).sum())
            step((number + 1) / len(blocks))
    every = grid.rows * grid.cols
    return {
        "answered_percent": round(100.0 * answered / every, 1),
        "applicable_percent": round(100.0 * applicable / every, 1),
    }


@dataclass(frozen=True, slots=True)
class _Rasters:
    """The rasters of an edition while they are written: the layers by name, and the two tables."""

    layers: Mapping[str, CogWriter]
    target: CogWriter
    inputs: CogWriter

    def write(self, service: Service, told: Prediction, given: Features, window: Window) -> None:
        """Write what was told of one window, and what it was told from."""
        unknown = np.full(window.rows * window.cols, np.nan)
        values = {"score": told.target, "lower": told.lower, "upper": told.upper}
        values |= {part.name: told.parts.get(part.name, unknown) for part in service.parts}
        scores = {name: service.score.score(one) for name, one in values.items()}
        for name, one in (scores | {"applicability": told.applicability}).items():
            self.layers[name].write(one.reshape(window.rows, window.cols), window)
        for band, one in enumerate(values.values(), 1):
            self.target.write(one.reshape(window.rows, window.cols), window, band)
        for band, one in enumerate(given.values(), 1):
            self.inputs.write(one, window, band)


def target_bands(service: Service) -> tuple[str, ...]:
    """What the bands of ``target.tif`` are: the target, its interval, the target of each part."""
    return (service.target.name, *BOUNDS, *(part.name for part in service.parts))


def _open(
    stack: ExitStack, service: Service, area: Area, shown: tuple[str, ...], folder: Path
) -> _Rasters:
    def writer(name: str, bands: tuple[str, ...], units: tuple[str, ...]) -> CogWriter:
        path = folder / f"{name}.tif"
        return stack.enter_context(cog_writer(path, area.grid, bands=bands, units=units))

    told = target_bands(service)
    declared = {one.name: one.unit for one in service.features}
    return _Rasters(
        layers={name: writer(name, (name,), ("1",)) for name in service.layers},
        target=writer(TARGET, told, (service.target.unit,) * len(told)),
        inputs=writer(INPUTS, shown, tuple(declared[name] for name in shown)),
    )


def _at_support(home: Home, area: Area, name: str, window: Window, k: int) -> Array:
    wide = grown(window, k // 2, area.grid)
    values = support_mean(read(home.features(area.id) / f"{name}.tif", wide), k)
    top, left = window.row - wide.row, window.col - wide.col
    return values[top : top + window.rows, left : left + window.cols]
