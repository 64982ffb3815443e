"""Strip distance transform beside scipy's, in one run: ``python benchmarks/distance.py``."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.ndimage import distance_transform_edt

from geoml.features.distance import distance_m
from geoml.types import Mask

SIDE = 3000
PIXEL = (10.0, 10.0)
REPEATS = 3


def masks(side: int = SIDE) -> dict[str, Mask]:
    """Sparse sites, a winding river, half of the cells, and one single cell."""
    rng = np.random.default_rng(0)
    row, col = np.mgrid[:side, :side]
    river = np.abs(col - side / 2 - side / 5 * np.sin(row / side * 9)) < 4
    single = np.zeros((side, side), bool)
    single[side // 3, side // 7] = True
    return {
        "sparse": rng.random((side, side)) < 1e-4,
        "river": river,
        "dense": rng.random((side, side)) < 0.5,
        "single": single,
    }


def best_s(work: Callable[[], Any]) -> float:
    """Shortest of a few runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def measure(mask: Mask) -> dict[str, float]:
    """Both transforms on one mask, and how far apart their answers are."""
    ours = best_s(lambda: distance_m(mask, *PIXEL))
    scipys = best_s(lambda: distance_transform_edt(~mask, sampling=PIXEL[::-1]))
    apart = np.abs(distance_m(mask, *PIXEL) - distance_transform_edt(~mask, sampling=PIXEL[::-1]))
    return {
        "geoml_s": round(ours, 4),
        "scipy_s": round(scipys, 4),
        "ratio": round(scipys / ours, 2),
        "max_difference_m": float(apart.max()),
    }


def main() -> dict[str, Any]:
    """Seconds of both and their ratio, per kind of mask, and the smallest ratio."""
    distance_m(np.eye(8, dtype=bool), *PIXEL)  # compiles, which is not what is measured
    results = {name: measure(mask) for name, mask in masks().items()}
    return {
        "cells": SIDE * SIDE,
        "masks": results,
        "smallest_ratio": min(result["ratio"] for result in results.values()),
    }


if __name__ == "__main__":
    print(json.dumps(main(), indent=1))
