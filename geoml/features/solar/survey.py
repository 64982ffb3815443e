"""What a surface model says about roofs: their faces, what is free on them, and their shade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from shapely.geometry.base import BaseGeometry

from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.days import Days
from geoml.features.solar.facets import LEAST_CELLS, Cells, Facet, facets
from geoml.features.solar.horizon import horizon, lost
from geoml.features.solar.patches import Patch, ground_under, patches
from geoml.features.solar.usable import setback_share
from geoml.raster.grid import Window
from geoml.types import Array, Text

PLACES = 9
"""Places on each face from which its horizon is looked at."""
LEAST_HEIGHT_M = 1.5
LEAST_KNOWN = 0.5


NOTES = {
    "faces": Text(
        fr="Pente et orientation mesurées sur le modèle de surface",
        en="Slope and orientation measured on the surface model",
    ),
    "no surface": Text(
        fr="Sans modèle de surface, la pente et l'orientation sont inconnues",
        en="Without a surface model, slope and orientation are unknown",
    ),
    "outside": Text(
        fr="Le modèle de surface ne couvre pas ce toit",
        en="The surface model does not cover this roof",
    ),
    "small": Text(
        fr="Toit trop petit pour la finesse du modèle de surface",
        en="A roof too small for the detail of the surface model",
    ),
    "low": Text(
        fr="Le modèle de surface ne montre aucun bâtiment ici",
        en="The surface model shows no building here",
    ),
    "rough": Text(
        fr="Le modèle de surface ne montre pas de pan régulier, par exemple sous un arbre",
        en="The surface model shows no even face, for example below a tree",
    ),
}
"""What is said of a roof for each word of ``orientation_note``."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face of a roof: ``roof`` is its position among the roofs, angles are true degrees.

    ``plan_m2`` is the face as seen from above, ``free_m2`` what the setback leaves of it;
    ``azimuth_deg`` is a compass angle, NaN when the face is flat; ``lost`` is the share of each
    month's sun that its surroundings take, (12,).
    """

    roof: int
    tilt_deg: float
    azimuth_deg: float
    plan_m2: float
    free_m2: float
    lost: Array


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Faces of all roofs; of each roof its height above the ground, NaN unknown, and what was seen.

    ``seen`` holds a word a roof: "faces", or why there are none: "outside" (no heights there),
    "small" (too few cells), "low" (nothing stands there: the surface model is older than the
    roof, or the outline is wrong), "rough" (no plane fits). ``NOTES`` says it to citizens.
    """

    faces: tuple[Face, ...]
    height_m: Array
    seen: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Site:
    """What the roofs of one survey share."""

    day: Days
    assumptions: Assumptions
    north_deg: float


def survey(
    outlines: Sequence[BaseGeometry],
    crs: str,
    surface: Path,
    ground: Path | None,
    day: Days,
    assumptions: Assumptions,
    *,
    north_deg: float = 0.0,
) -> Survey:
    """Measure roofs on a surface model, both in ``crs`` with heights in metres.

    ``ground`` (bare earth) gives the height above it, and with it the roofs that are not there.
    ``north_deg`` is the true bearing of the grid's north, by which azimuths are turned. A kilometre
    of town is in memory at a time. Raises GridMismatch for a raster in another CRS.
    """
    height, seen = np.full(len(outlines), np.nan), ["outside"] * len(outlines)
    faces: list[Face] = []
    site = _Site(day, assumptions, north_deg)
    for patch in patches(surface, outlines, crs, assumptions.shadow_reach_m):
        below = ground_under(ground, crs, patch.grid) if ground else None
        for number in patch.roofs:
            window = patch.window(outlines[number])
            roof = patch.cells(outlines[number], window)
            under = None if below is None else below[window.slices]
            height[number], seen[number] = _standing(roof, under)
            if seen[number] != "faces":
                continue
            found = facets(roof)
            few = int(roof.core.sum()) < LEAST_CELLS
            seen[number] = "faces" if found else "small" if few else "rough"
            scale = float(outlines[number].area) / (
                int(roof.inside.sum()) * roof.cell_x * roof.cell_y
            )
            faces += [_face(number, facet, roof, (patch, window), scale, site) for facet in found]
    return Survey(tuple(faces), height, tuple(seen))


def _standing(roof: Cells, under: Array | None) -> tuple[float, str]:
    """Median height above the ground in metres, and whether faces can be looked for."""
    known = roof.inside & np.isfinite(roof.heights)
    count, total = int(known.sum()), int(roof.inside.sum())
    above = np.nan
    if under is not None and bool(np.isfinite(under[known]).any()):
        above = float(np.nanmedian((roof.heights - under)[known]))
    if total == 0 or count < LEAST_KNOWN * total:
        return above, "small" if total == 0 else "outside"
    if count < 9:  # not one 3 x 3 neighbourhood
        return above, "small"
    return above, "low" if above < LEAST_HEIGHT_M else "faces"


def _face(
    number: int,
    facet: Facet,
    roof: Cells,
    where: tuple[Patch, Window],
    scale: float,
    site: _Site,
) -> Face:
    """``scale`` makes the cells of a roof add up to the area of its outline."""
    told = site.assumptions
    share = setback_share(facet.cells, roof.cell_x, roof.cell_y, told.setback_m)
    cell_m2 = roof.cell_x * roof.cell_y * scale
    tilt = facet.tilt_deg
    flat = tilt < told.flat_below_deg
    azimuth = np.nan if flat else (facet.grid_azimuth_deg + site.north_deg) % 360.0
    edge = _horizon(facet, share, roof, where, site)
    return Face(
        number,
        0.0 if flat else tilt,
        azimuth,
        float(facet.cells.sum()) * cell_m2,
        float(share.sum()) * cell_m2,
        lost(site.day, 0.0 if flat else tilt, 0.0 if flat else azimuth, edge),
    )


def _horizon(
    facet: Facet, share: Array, roof: Cells, where: tuple[Patch, Window], site: _Site
) -> Array:
    """From places spread over what the setback leaves, or over the face where it leaves nothing."""
    patch, window = where
    row, col = np.nonzero(share > 0) if share.any() else np.nonzero(facet.cells)
    pick = np.linspace(0, row.size - 1, min(row.size, PLACES)).astype(np.int64)
    row, col = row[pick], col[pick]
    east, north = roof.east_north
    eye = facet.height(east[row, col], north[row, col])
    return horizon(
        patch.heights,
        (roof.cell_x, roof.cell_y),
        ((row + window.row).astype(np.float64), (col + window.col).astype(np.float64), eye),
        reach_m=site.assumptions.shadow_reach_m,
        north_deg=site.north_deg,
        noise_m=roof.tolerance_m,
    )
