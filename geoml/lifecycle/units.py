"""Answers for the units of a town: its buildings and zones, by their stable ids."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geoml.areas.area import Area
from geoml.catalog.derived import FEATURES, FEATURES_INDEX, TILES, UNITS, tile_columns
from geoml.contract import Service
from geoml.lifecycle.rasters import INPUTS
from geoml.paths import Home
from geoml.raster.cog import Band, Layer
from geoml.vector.fragments import hilbert_order, write_fragments
from geoml.vector.tiles import write_tiles
from geoml.vector.write import write_vector
from geoml.vector.zonal import zonal_means

CARRIED = ("name", "height_m", "area_m2")


def score_units(
    home: Home,
    service: Service,
    area: Area,
    folder: Path,
    names: tuple[str, ...],
    shown: tuple[str, ...],
) -> dict[str, int]:
    """Write ``units.parquet``: one row per unit with the mean score and interval over its ground;
    and, of the same rows, what ``publish_units`` writes.

    Columns: id, kind, <service>_score, lower, upper (0..100), applicability (dissimilarity over
    its threshold), the score of each part (0..100), the mean of each feature that the service
    carries along, why, what the unit already carried, geometry in the area's CRS. All are means
    over the ground of the unit, so its score can be above that of its largest part. A unit on
    ground without an answer keeps its row with NaN, and ``why`` says what is unknown there;
    ``names`` are the features that the model used, ``shown`` the bands of ``inputs.tif``.
    Returns how many units of each kind there are.
    """
    frames = [frame for kind in service.units if (frame := _frame(home, area, kind)) is not None]
    if not frames:
        return {}
    # A kind without names beside one with names is no text to pandas: written twice, it differed.
    together = pd.concat(frames, ignore_index=True).infer_objects()
    units = gpd.GeoDataFrame(together, crs=area.crs)
    score = f"{service.name}_score"
    layers = {score: "score", **{name: name for name in service.layers if name != "score"}}
    rasters: dict[str, Layer] = {name: folder / f"{one}.tif" for name, one in layers.items()}
    rasters |= {
        name: Band(folder / f"{INPUTS}.tif", shown.index(name) + 1)
        for name in service.carried
        if name in shown
    }
    for column, values in zonal_means(rasters, units).items():
        units[column] = np.round(values, 3)
    why = _why(service, names)
    units["why"] = [why if lost else None for lost in units[score].isna()]
    carried = [name for name in CARRIED if name in units.columns]
    units = hilbert_order(units[["id", "kind", *rasters, "why", *carried, "geometry"]])
    publish_units(service, folder, units)
    return {str(kind): int(count) for kind, count in units["kind"].value_counts().items()}


def publish_units(service: Service, folder: Path, units: gpd.GeoDataFrame) -> None:
    """Write the table of units and what is served from it.

    ``units.parquet``; ``units.geojson`` with its index, the same rows in the same order as
    ready-made features; ``tiles-units.pmtiles``, vector tiles with ``tile_columns``.
    """
    write_vector(folder / UNITS, units)
    write_fragments(folder / FEATURES, folder / FEATURES_INDEX, units)
    write_tiles(folder / TILES, units, tile_columns(service, units.columns))


def _why(service: Service, names: tuple[str, ...]) -> str:
    """Why a unit has no answer: none of what an answer needs is known where it stands."""
    groups = ([name for name in group if name in names] for group in service.needs_one_of)
    return "unknown here: " + " and ".join(" or ".join(group) for group in groups)


def _frame(home: Home, area: Area, kind: str) -> gpd.GeoDataFrame | None:
    path = home.units(area.id) / f"{kind}.parquet"
    if not path.is_file():
        return None
    frame = gpd.read_parquet(path)
    return frame.assign(kind=kind)
