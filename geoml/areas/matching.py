"""Which footprint of a new survey is which one of the old."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

LEAST_OVERLAP = 0.5  # of the union of both
NEAR_M = 2.0
ALIKE = 0.8  # least ratio of the smaller to the larger area of two near footprints


def matched(new: NDArray[Any], old: NDArray[Any]) -> list[tuple[int, int]]:
    """Pairs (index in ``new``, index in ``old``) of footprints that are the same, one to one.

    The same are those that share more than half of their union, best pairs first; and of the
    others, those whose centroids lie within 2 m and whose areas differ by less than a fifth.
    """
    i, j = shapely.STRtree(old).query(new, predicate="intersects")
    shared = shapely.area(shapely.intersection(new[i], old[j]))
    union = shapely.area(new[i]) + shapely.area(old[j]) - shared
    overlap = shared / np.maximum(union, 1e-9)
    good = overlap > LEAST_OVERLAP
    pairs = one_to_one(i[good], j[good], -overlap[good], set(), set())
    done_new, done_old = {n for n, _ in pairs}, {o for _, o in pairs}
    centres, targets = shapely.centroid(new), shapely.centroid(old)
    i, j = shapely.STRtree(targets).query(centres, predicate="dwithin", distance=NEAR_M)
    areas = shapely.area(new[i]), shapely.area(old[j])
    alike = np.minimum(*areas) >= ALIKE * np.maximum(*areas)
    apart = shapely.distance(centres[i], targets[j])
    return pairs + one_to_one(i[alike], j[alike], apart[alike], done_new, done_old)


def one_to_one(
    i: NDArray[np.intp],
    j: NDArray[np.intp],
    cost: NDArray[np.float64],
    done_new: set[int],
    done_old: set[int],
) -> list[tuple[int, int]]:
    """Pairs of ``i`` and ``j`` by rising cost, each index once and none that is done already."""
    pairs = []
    for k in np.lexsort((j, i, cost)):
        n, o = int(i[k]), int(j[k])
        if n not in done_new and o not in done_old:
            done_new.add(n)
            done_old.add(o)
            pairs.append((n, o))
    return pairs
