"""A flood that was observed, as delivered: Veneto, autumn 2018, drawn from satellite images.

Copernicus Emergency Management Service (c) 2018 European Union, EMSR332.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from benchmarks import towns
from benchmarks.page import table, text
from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.areas.sources import read_on_grid, sources
from geoml.vector.read import read_geometries

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "flood" / "emsr332-veneto"
FILE = "observed_event_merged.shp"
BBOX, CELL_M = (10.8, 45.15, 12.8, 46.0), 100.0


def section() -> list[str]:
    """What became of the rows, and how much of the flooded ground the grid keeps."""
    with towns.empty_home() as home:
        area = areas.create(home, "veneto", "Veneto", bbox=BBOX, resolution_m=CELL_M)
        told = ingest(home, area.id, [f"flood_extent={FOLDER / FILE}"]).as_dict()["sources"][0]
        source = sources(home, area)["flood_extent"]
        values = read_on_grid(source, area.grid, area.grid.whole())
        drawn_km2 = shapely.union_all(read_geometries(source.path)).area / 1e6
    kept_km2 = np.count_nonzero(values == 1) * CELL_M**2 / 1e6
    return [
        text(
            f"""Veneto, autumn 2018: outlines drawn from satellite images, some of them invalid,
            many of them twice, and many narrower than a cell of {CELL_M:g} m. They are read
            and rasterised; without a terrain model of the region nothing is learned from them."""
        ),
        "",
        *table(
            ("what", "value"),
            [
                ["the file", told["notes"][0].partition(": ")[2]],
                *([note.partition(": ")[0], note.partition(": ")[2]] for note in told["notes"][1:]),
                ["polygons kept", f"{told['rows']:,}"],
                ["flooded, as drawn", f"{drawn_km2:.1f} km2"],
                [f"flooded, in cells of {CELL_M:g} m", f"{kept_km2:.1f} km2"],
                ["of it", f"{kept_km2 / drawn_km2:.0%}"],
                ["ground that the label speaks of", f"{np.isfinite(values).mean():.0%}"],
            ],
        ),
        "",
        "Copernicus EMS (c) 2018 European Union, EMSR332.",
    ]
