"""The heat model on ground that exists, by the steps of ``docs/walk-through.md``."""

from __future__ import annotations

from pathlib import Path

from benchmarks import towns
from benchmarks.page import table, text
from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.paths import Home

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "heat"
FOLDERS = (FOLDER / "landsat7-pennsylvania-2002", FOLDER / "nyc-2021")
BANDS = {"blue": 1, "green": 2, "red": 3, "nir": 4, "swir1": 5, "swir2": 8, "thermal": 6}


def section() -> list[str]:
    """Two places: a whole Landsat scene, and a town that lacks nearly everything."""
    with towns.empty_home() as home:
        return [
            text(
                """Errors in kelvin where the model did not learn: over spatial blocks as long as
                the temperature resembles itself, or as long as the place allows. *Line* is a
                straight line through NDVI and building density, as far as they are known; *mean*
                is always the same number."""
            ),
            "",
            *table(_HEAD, [_row(pennsylvania(home)), _row(new_york(home))]),
            "",
            text(
                """Coverage is the share of the temperatures of a block that lie inside the 90 %
                interval of a model, and of an interval, that saw nothing of it; beside it the
                fold where that share is lowest. Pennsylvania is a brightness temperature of
                2002 without a building on the map; New York has no image, no elevation, no
                water and no date, and its footprints end along a line. So both say "relative to
                this area". The licence of the New York files is unclear: they are measured
                here, and not shown."""
            ),
        ]


_HEAD = ("", "cells", "blocks (m)", "model", "line", "mean", "at random", "coverage",
         "worst fold", "worst block", "its error")  # fmt: skip


def pennsylvania(home: Home) -> towns.Trained:
    """The Landsat 7 scene of July 2002."""
    folder = FOLDERS[0]
    file = folder / "etm_july_2002_8band.tif"
    areas.create(home, "pennsylvania", "Pennsylvania", bbox=(-76.297, 40.484, -76.193, 40.563))
    items = [f"{key}={file}:{band}" for key, band in BANDS.items()]
    ingest(home, "pennsylvania", items, sensor="landsat7", date="2002-07-20")
    ingest(home, "pennsylvania", [f"dem={folder / 'dem.tif'}"])
    return towns.learned(home, "lst", "pennsylvania")


def new_york(home: Home) -> towns.Trained:
    """The Bronx: a surface temperature and half a file of footprints."""
    folder = FOLDERS[1]
    areas.create(home, "new-york", "New York", bbox=(-73.93, 40.82, -73.87, 40.87))
    items = [f"lst={folder / 'landsat_lst_c.tif'}", f"buildings={folder / 'buildings.gpkg'}"]
    ingest(home, "new-york", items, units={"lst": "degC"})
    return towns.learned(home, "lst", "new-york")


def _row(found: towns.Trained) -> list[str]:
    metrics, blocks, metric = found.metrics, found.lines("block"), found.service.accept.metric
    told, interval, worst = metrics["validation"], metrics["intervals"][0], metrics["worst_block"]
    line = found.service.accept.baseline
    return [
        str(found.ref.manifest()["area_names"][0]),
        f"{told['cells']:,}",
        f"{told['blocks']} ({told['block_m']:g})",
        *(f"{blocks[name][metric]:.2f}" for name in ("lightgbm", line, "mean")),
        f"{found.lines('random')['lightgbm'][metric]:.2f}",
        f"{interval['coverage_mean']:.0%}",
        f"{interval['coverage_worst']:.0%}",
        f"{worst['easting_m']:.0f} E {worst['northing_m']:.0f} N",
        f"{worst[metric]:.2f}",
    ]
