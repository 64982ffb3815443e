"""Making a demo town: foreign-looking files in a folder, ready for ``geoml ingest``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas
import numpy as np
from numpy.typing import NDArray

from geoml.areas.demo import canvas, flood, heat, landcover, light
from geoml.areas.demo.aerial import survey
from geoml.areas.demo.heat import Truth
from geoml.areas.demo.layout import GROUND_M, Layout, lay_out
from geoml.areas.demo.materials import BANDS
from geoml.areas.demo.noise import stream
from geoml.areas.demo.people import CELL_M as PEOPLE_M
from geoml.areas.demo.people import population
from geoml.areas.demo.plan import Plan, plan, seeded
from geoml.areas.demo.quarters import boundary, districts
from geoml.areas.demo.relief import lit
from geoml.areas.demo.shapes import Shape
from geoml.areas.demo.surface import Surface
from geoml.raster import cog
from geoml.raster.grid import Grid
from geoml.types import Array
from geoml.vector.write import write_vector

RESOLUTION_M = 30.0
FILES: Mapping[str, str] = MappingProxyType(
    {
        "blue": "optical-10m.tif:1",
        "green": "optical-10m.tif:2",
        "red": "optical-10m.tif:3",
        "nir": "optical-10m.tif:4",
        "swir1": "shortwave-30m.tif:1",
        "swir2": "shortwave-30m.tif:2",
        "lst": "surface-temperature.tif",
        "dem": "elevation.tif",
        "landcover": "land-cover.tif",
        "population": "population.tif",
        "imagery": "photograph.tif",
        "buildings": "buildings.gpkg",
        "water": "water.gpkg",
        "zones": "zones.gpkg",
    }
)
"""Source key -> file, with its band where the file has several."""
FLOODED: Mapping[str, str] = MappingProxyType({"flood_depth": "flood-depth.tif"})
"""What a town in a valley has besides."""
DETAILED: Mapping[str, str] = MappingProxyType(
    {"ortho": "district.tif", "dsm": "district-surface.tif"}
)
"""What a town has of the part that is drawn finely."""
PLANES = "district-roofs.gpkg"


@dataclass(frozen=True, slots=True)
class Town:
    """A generated town on disk and what ``geoml area create`` and ``geoml ingest`` need to know.

    ``bbox`` is west, south, east, north in degrees of everything generated; ``boundary_file`` is
    the municipality, with ``margin_m`` of countryside round it inside the data. ``files`` maps a
    source key to ``PATH`` or ``PATH:BAND``. ``return_period_years`` is what the flood of the town
    is called, where it has one. Never ingested are ``truth_file``, see ``truth``, and
    ``planes_file``: the true planes of the roofs of the part that is drawn finely, as
    ``aerial.survey.fly`` writes them; None without such a part.
    """

    id: str
    name: str
    seed: int
    crs: str
    resolution_m: float
    margin_m: float
    bbox: tuple[float, float, float, float]
    date: str
    boundary_file: Path
    files: Mapping[str, str]
    truth_file: Path
    return_period_years: float | None = None
    planes_file: Path | None = None

    def items(self) -> list[str]:
        """``KEY=PATH[:BAND]`` for every source, as ``geoml ingest`` takes them."""
        return [f"{key}={spec}" for key, spec in self.files.items()]


def make(which: str, folder: Path, seed: int | None = None) -> Town:
    """Generate the town ``demo`` or ``demo-coast`` into ``folder``, replacing what is there.

    The same seed gives the same bytes; another seed, another town on the same plan. Takes some
    seconds and less than 1 GB. The flood of a town in a valley is computed from its own relief.

    Raises:
        InvalidArgument: There is no town of that name.
    """
    drawn = seeded(plan(which), seed)
    layout = lay_out(drawn)
    folder.mkdir(parents=True, exist_ok=True)
    _vectors(folder, layout)
    surface = landcover.paint(layout)
    _rasters(folder, layout, surface)
    _detail(folder, layout, surface)
    return _town(folder, drawn)


def truth(town: Town) -> Truth:
    """The known answer: the parts of the surface temperature on the label grid, float32 kelvin."""
    signal, hidden, noise = (cog.read(town.truth_file, band=band) for band in (1, 2, 3))
    return Truth(signal, hidden, noise, cog.read(Path(town.files["lst"])))


def _town(folder: Path, drawn: Plan) -> Town:
    fine = drawn.detail is not None
    files = {
        **FILES,
        **(FLOODED if drawn.setting == "valley" else {}),
        **(DETAILED if fine else {}),
    }
    return Town(
        id=drawn.id,
        name=drawn.name,
        seed=drawn.seed,
        crs=drawn.crs,
        resolution_m=RESOLUTION_M,
        # A little less than planned: the boundary file is rounded to 1e-7 degrees.
        margin_m=drawn.margin_m - 15.0,
        bbox=drawn.grid(RESOLUTION_M).lonlat_bounds(),
        date=drawn.date,
        boundary_file=folder / "boundary.geojson",
        files=MappingProxyType({key: str(folder / name) for key, name in files.items()}),
        truth_file=folder / "truth.tif",
        return_period_years=flood.RETURN_PERIOD_YEARS if drawn.setting == "valley" else None,
        planes_file=folder / PLANES if fine else None,
    )


def _detail(folder: Path, layout: Layout, surface: Surface) -> None:
    """The part that is drawn finely, where the plan has one."""
    part = layout.plan.part(RESOLUTION_M)
    if part is not None:
        files = (folder / name for name in (DETAILED["ortho"], DETAILED["dsm"], PLANES))
        survey.fly(layout, surface, part, survey.Flight(*files))


def _rasters(folder: Path, layout: Layout, surface: Surface) -> None:
    lit_cells = light.shadows(surface)
    ground, coarse = layout.ground, layout.plan.grid(RESOLUTION_M)
    factor = round(GROUND_M / surface.grid.pixel_x)
    clean = {
        band: canvas.coarse(light.reflectance(surface, lit_cells, band), factor) for band in BANDS
    }
    parts = heat.temperature(layout, surface, clean)
    rng = stream(layout.plan.seed, "sensor")
    near = {band: light.sensed(clean[band], rng) for band in BANDS[:4]}
    short = {
        band: light.sensed(canvas.coarse(clean[band], round(RESOLUTION_M / GROUND_M)), rng)
        for band in BANDS[4:]
    }
    _write(folder / "optical-10m.tif", ground, near, "1")
    _write(folder / "shortwave-30m.tif", coarse, short, "1")
    _write(folder / "surface-temperature.tif", coarse, {"lst": parts.lst}, "K")
    hidden = {"signal": parts.signal, "hidden": parts.hidden, "noise": parts.noise}
    _write(folder / "truth.tif", coarse, hidden, "K")
    _write(folder / "elevation.tif", ground, {"dem": layout.elevation_m}, "m")
    people = layout.plan.grid(PEOPLE_M)
    _write(folder / "population.tif", people, {"population": population(layout, people)}, "persons")
    classes = landcover.classes(surface.material, factor)
    cog.write(
        folder / "land-cover.tif",
        classes,
        ground,
        dtype="uint8",
        nodata=0,
        bands=("ESA WorldCover class",),
        overviews=cog.Resampling.mode,
    )
    _photograph(folder / "photograph.tif", layout, surface, lit_cells)
    if layout.plan.setting == "valley":
        deepest = flood.event(layout, surface).above_ground()
        _write(folder / FLOODED["flood_depth"], coarse, {"flood_depth": deepest}, "m")


def _write(path: Path, grid: Grid, layers: Mapping[str, Array], unit: str) -> None:
    with cog.cog_writer(path, grid, bands=tuple(layers), units=(unit,) * len(layers)) as writer:
        for band, values in enumerate(layers.values(), 1):
            writer.write(values, band=band)


def _photograph(path: Path, layout: Layout, surface: Surface, lit_cells: Array) -> None:
    flat = np.sin(np.deg2rad(light.SUN_ELEVATION_DEG))
    on_slopes = lit(layout.elevation_m, layout.ground, light.SUN_ELEVATION_DEG, 315.0) / flat
    factor = round(GROUND_M / surface.grid.pixel_x)
    image = light.photograph(surface, lit_cells, canvas.fine(on_slopes, factor))
    bands = ("red", "green", "blue")
    with cog.cog_writer(path, surface.grid, dtype="uint8", nodata=None, bands=bands) as writer:
        for band, values in enumerate(image, 1):
            writer.write(values, band=band)


def _vectors(folder: Path, layout: Layout) -> None:
    crs, built = layout.plan.crs, layout.buildings
    columns = {
        "height_m": [building.height_m for building in built],
        "levels": [building.levels for building in built],
    }
    _layer(folder / "buildings.gpkg", columns, [b.shape for b in built], crs)
    water = layout.water
    kinds = ["sea" if layout.plan.setting == "coast" else "river"]
    kinds += ["pond"] * len(water.ponds) + ["brook"] * len(water.brooks)
    _layer(folder / "water.gpkg", {"kind": kinds}, list(water.polygons()), crs)
    named = districts(layout.plan, layout.ground, water)
    names = {"name": [name for name, _ in named]}
    _layer(folder / "zones.gpkg", names, [shape for _, shape in named], crs)
    outline = boundary(layout.plan, water)
    _layer(folder / "boundary.geojson", {"name": [layout.plan.name]}, [outline], crs)


def _layer(path: Path, columns: dict[str, Any], shapes: Sequence[Shape], crs: str) -> None:
    keep = np.array([not shape.is_empty for shape in shapes])
    geometry: NDArray[np.object_] = np.array(shapes, object)[keep]
    rows = {name: np.array(values)[keep] for name, values in columns.items()}
    write_vector(path, geopandas.GeoDataFrame(rows, geometry=geometry, crs=crs))
