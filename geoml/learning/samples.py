"""Training cells: features and target at the label's support, without overlap."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geoml.contract import Samples as SamplesLike
from geoml.contract import Service
from geoml.errors import GridMismatch, NotEnoughData
from geoml.learning.inputs import enough, matrix
from geoml.learning.support import cells, support_mean
from geoml.raster.grid import Grid, Window, grown
from geoml.types import Array, Features, Mask

Read = Callable[[str, Window], Array]
"""Gives one feature, by name, on one window of the analysis grid."""

TARGET = ""
"""The name under which ``Read`` gives the target."""


@dataclass(frozen=True)
class Samples:
    """Cells of one or more areas; see ``geoml.contract.Samples``."""

    features: Features
    target: Array
    easting_m: Array
    northing_m: Array
    cell_m: float
    areas: tuple[str, ...]
    area: NDArray[np.intp]
    group: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        """Number of cells."""
        return len(self.target)


_: type[SamplesLike] = Samples


def take(
    service: Service,
    features: Features,
    target: Array,
    grid: Grid,
    support_m: float,
    *,
    area: str,
    limit: int = 60_000,
    seed: int = 0,
) -> Samples:
    """Samples from rasters in memory; as ``gather``."""

    def read(name: str, window: Window) -> Array:
        return (target if name == TARGET else features[name])[window.slices]

    names = tuple(features)
    return gather(service, read, names, grid, support_m, area=area, limit=limit, seed=seed)


def gather(
    service: Service,
    read: Read,
    names: Sequence[str],
    grid: Grid,
    support_m: float,
    *,
    area: str,
    group: str = "",
    limit: int = 60_000,
    seed: int = 0,
) -> Samples:
    """Samples of one area, read by strips: the support mean at every k-th cell each way.

    ``names`` are the features to read; those that the service does not declare are left out.
    ``group``, if one is named, is read too: a class, of which the cell in the middle counts.
    Cells whose target is unknown, or that know less than ``Service.needs_one_of``, are left out.
    When more than ``limit`` cells could come, the stride becomes a multiple of k, from a seeded
    start. Memory holds one strip of at most 64 supports, whatever the raster. Raises
    NotEnoughData when no cell is left.
    """
    names = tuple(one.name for one in service.features if one.name in names)
    k = cells(support_m, grid)
    stride = k * max(1, math.ceil(math.sqrt(grid.rows * grid.cols / (k * k * limit))))
    row0, col0 = (k // 2 + k * np.random.default_rng(seed).integers(0, stride // k, 2)).tolist()
    parts = [
        _strip(service, read, names, group, grid, k, range(first, last, stride), col0)
        for first in range(row0, grid.rows, 64 * stride)
        if (last := min(first + 64 * stride, grid.rows)) > first
    ]
    found = [np.concatenate(columns) for columns in zip(*parts, strict=True)] if parts else []
    if not found or not len(found[0]):
        raise NotEnoughData(
            "no training cell",
            where=area,
            expected="cells where the label and " + needs(service) + " are known",
            next_step="ingest a label and bands that overlap, use a larger area, or take the model "
            f"of another town: geoml run {service.name} --area {area} --model champion",
        )
    rows, target, easting, northing, classes = found
    return Samples(
        features={name: rows[:, i] for i, name in enumerate(names)},
        target=target,
        easting_m=easting,
        northing_m=northing,
        cell_m=k * math.sqrt(grid.pixel_x * grid.pixel_y),
        areas=(area,),
        area=np.zeros(len(target), np.intp),
        group=classes if group else None,
    )


def _strip(
    service: Service,
    read: Read,
    names: tuple[str, ...],
    group: str,
    grid: Grid,
    k: int,
    rows: range,
    col0: int,
) -> tuple[Array, Array, Array, Array, NDArray[np.intp]]:
    window = grown(Window(rows[0], 0, rows[-1] - rows[0] + 1, grid.cols), k // 2, grid)
    at_rows = np.asarray(rows) - window.row
    at_cols = np.arange(col0, grid.cols, rows.step)

    def sampled(name: str) -> Array:
        picked: Array = support_mean(read(name, window), k)[np.ix_(at_rows, at_cols)]
        return picked.ravel().astype(np.float64)

    target = sampled(TARGET)
    values = matrix(names, {name: sampled(name) for name in names})
    northing, easting = np.meshgrid(
        grid.north - (np.asarray(rows) + 0.5) * grid.pixel_y,
        grid.west + (at_cols + 0.5) * grid.pixel_x,
        indexing="ij",
    )
    kept = np.isfinite(target)
    if len(values):
        kept &= enough(service, names, values)
    else:  # no feature at all
        values, kept = np.empty((len(target), 0)), np.zeros(len(target), bool)
    spot = np.ix_(at_rows, at_cols)
    classes = _classes(read(group, window)[spot].ravel()) if group else np.zeros(len(kept), np.intp)
    return values[kept], target[kept], easting.ravel()[kept], northing.ravel()[kept], classes[kept]


def _classes(values: Array) -> NDArray[np.intp]:
    """Whole numbers; -1 for those of no known class, which are a class of their own."""
    answer: NDArray[np.intp] = np.where(np.isfinite(values), values, -1).astype(np.intp)
    return answer


def join(parts: Sequence[Samples]) -> Samples:
    """Samples of several areas as one; a feature that an area lacks is unknown there.

    Raises GridMismatch when their cells differ by more than half in size: a model speaks for one
    support.
    """
    sizes = [part.cell_m for part in parts]
    if max(sizes) > 1.5 * min(sizes):
        raise GridMismatch(
            "training cells of different sizes",
            expected="areas with the same label support and resolution",
            got=", ".join(f"{p.areas[0]} {p.cell_m:g} m" for p in parts),
            next_step="train the areas apart",
        )
    names = dict.fromkeys(name for part in parts for name in part.features)
    starts = np.cumsum([0, *(len(part.areas) for part in parts)])
    return Samples(
        features={
            n: np.concatenate([p.features.get(n, np.full(len(p), np.nan)) for p in parts])
            for n in names
        },
        target=np.concatenate([part.target for part in parts]),
        easting_m=np.concatenate([part.easting_m for part in parts]),
        northing_m=np.concatenate([part.northing_m for part in parts]),
        cell_m=max(sizes),
        areas=tuple(area for part in parts for area in part.areas),
        area=np.concatenate([p.area + s for p, s in zip(parts, starts, strict=False)]),
        group=_groups(parts),
    )


def _groups(parts: Sequence[Samples]) -> NDArray[np.intp] | None:
    """Groups numbered anew, those of different areas apart; None where an area has none."""
    found: list[NDArray[np.intp]] = []
    first = 0
    for part in parts:
        if part.group is None:
            return None
        _, index = np.unique(part.group, return_inverse=True)
        found.append(first + index.astype(np.intp))
        first += int(index.max()) + 1
    return np.concatenate(found)


def some(samples: SamplesLike, chosen: Mask) -> Samples:
    """Some of the cells."""
    return Samples(
        features={name: values[chosen] for name, values in samples.features.items()},
        target=samples.target[chosen],
        easting_m=samples.easting_m[chosen],
        northing_m=samples.northing_m[chosen],
        cell_m=samples.cell_m,
        areas=samples.areas,
        area=samples.area[chosen],
        group=None if samples.group is None else samples.group[chosen],
    )


def needs(service: Service) -> str:
    """The least that a cell must know, in words."""
    return " and ".join(" or ".join(group) for group in service.needs_one_of)
