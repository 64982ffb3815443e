"""Where two bodies that touch part: at a neck that is narrower than both."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from geoml.vector.outlines.rings import Shapes, straightened
from geoml.vector.repair import usable

_LEAST_CORE = 4.0
"""What is left of a body without its rim is at least so many squares of the neck's width."""


def separated(polygons: Shapes, neck_px: int) -> Shapes:
    """Outlines in whole pixels, each cut into its bodies where it is narrower than ``neck_px``.

    What is left of an outline when a rim of half a neck is taken away are the cores of its bodies;
    each gets its rim back. With one core or none the outline stays as it is, with its wings and
    spikes; with more, what lies between the bodies is given up. Two bodies may overlap in a corner.
    In the order of the outlines; every body is valid and has corners on whole pixels.
    """
    rim = neck_px // 2
    if not rim or not len(polygons):
        return polygons
    cores = shapely.buffer(polygons, -rim, join_style="mitre")
    several = shapely.get_num_geometries(cores) > 1
    bodies = [
        list(_bodies(polygon, core, rim)) if many else [polygon]
        for polygon, core, many in zip(polygons, cores, several, strict=True)
    ]
    return np.array([body for of_one in bodies for body in of_one], dtype=object)


def _bodies(
    polygon: shapely.Polygon, core: shapely.Geometry, rim: int
) -> Iterator[shapely.Geometry]:
    parts = shapely.get_parts(core)
    parts = parts[shapely.area(parts) >= _LEAST_CORE * (2 * rim) ** 2]
    if len(parts) < 2:
        yield polygon
        return
    grown = shapely.intersection(shapely.buffer(parts, rim, join_style="mitre"), polygon)
    whole = shapely.set_precision(grown, 1)
    pieces, of = shapely.get_parts(whole, return_index=True)
    for number in range(len(parts)):
        mine = usable(pieces[of == number], ("polygon",))[0]
        if len(mine):
            yield straightened(mine[[int(np.argmax(shapely.area(mine)))]])[0]
