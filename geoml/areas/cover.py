"""The ground that a vector source speaks of: beside it an empty cell is unknown, not empty.

Footprints tell nothing about where their surveyor stopped. What is taken for granted is the
convex hull of the rows of each file, computed when it is ingested; whoever knows better states it
here, and the statement stands until the key is ingested again.
"""

from __future__ import annotations

import shapely

from geoml.areas.area import Area, projected
from geoml.areas.boundary import Geometry
from geoml.areas.sources import Source, sources
from geoml.areas.stored import alone, annotate
from geoml.errors import InvalidArgument, NoOverlap, NotFound
from geoml.paths import Home


def state(home: Home, area: Area, key: str, ground: Geometry | None) -> Source:
    """Say that a vector source is complete on ``ground`` (longitude, latitude) and nowhere else.

    None: it is complete on the whole grid of the area, so that a cell without a row is empty.

    Raises:
        NotFound: The area has no such source.
        InvalidArgument: A raster: its unknown cells are known already.
        NoOverlap: None of the ground lies in the area.
    """
    _check(home, area, key)
    whole = shapely.box(*area.grid.bounds)
    cover = whole if ground is None else whole.intersection(projected(ground, area.crs))
    if cover.area == 0:
        raise NoOverlap(
            "nothing of this ground lies inside the area",
            where=f"cover of {key}",
            expected=f"ground that meets {area.grid}",
            next_step=f"geoml area show {area.id} gives the bounds of the area",
        )
    told = {
        "geoml:cover": shapely.to_wkt(cover, rounding_precision=2),
        "geoml:cover_stated": True,
        "geoml:coverage_percent": round(100.0 * cover.area / whole.area, 1),
    }
    folder = home.sources(area.id)
    with alone(folder):
        annotate(folder, key, told)
    return sources(home, area)[key]


def _check(home: Home, area: Area, key: str) -> None:
    found = sources(home, area)
    vectors = [one.key for one in found.values() if one.kind == "vector"]
    if key not in found:
        raise NotFound(
            f"no source {key!r} in this area",
            where=area.id,
            expected=f"one of {', '.join(vectors)}" if vectors else "a vector source, ingested",
            next_step=f"geoml ingest {area.id} {key}=FILE",
        )
    if key not in vectors:
        raise InvalidArgument(
            "only a vector source needs to be told where it is complete",
            where=key,
            expected=f"one of {', '.join(vectors) or 'buildings, water, zones'}",
            got=f"a raster ({found[key].kind}), whose cells say themselves what is unknown",
        )
