"""One foreign raster -> one staged COG on the area's grid, in the unit of its key."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from geoml.areas.ingest import lengths, sensors, temperatures
from geoml.areas.ingest.overlap import check_overlap, native_m, nearest_turn, seen
from geoml.areas.ingest.photograph import shown, stage_photograph
from geoml.areas.ingest.report import coarseness
from geoml.areas.ingest.request import day_and_hour
from geoml.areas.ingest.samples import sampled, to_metres, with_nodata
from geoml.areas.ingest.sun import Sun, overpass_hour, position
from geoml.areas.keys import OPTICAL, Key
from geoml.areas.surroundings import reach, wider
from geoml.errors import (
    DataError,
    EmptySource,
    ForbiddenFormat,
    OutOfRange,
    UnknownUnit,
)
from geoml.raster.cog import Resampling, cog_writer
from geoml.raster.grid import Grid
from geoml.raster.header import Header, opened, probe
from geoml.raster.warp import resampling_for, warp
from geoml.types import Array

Convert: TypeAlias = Callable[[Array], Array]

MAX_STORED_CELLS = 400_000_000
CLASS_NODATA = 65_535


@dataclass(frozen=True, slots=True)
class Scene:
    """Where to and under which knowledge the rasters of one call are staged."""

    grid: Grid
    folder: Path
    sensor: str | None
    when: str | None
    units: Mapping[str, str]
    sun_elevation: float | None
    _sun: list[Sun] = field(default_factory=list)

    def sensor_of(self, key: str) -> sensors.Sensor | None:
        """The sensor, when ``key`` is one of its bands."""
        sensor = sensors.get(self.sensor) if self.sensor else None
        return sensor if sensor and key in sensor.bands else None

    def sun(self) -> Sun | None:
        """Where the sun stood over the middle of the grid; None without a date."""
        if self.when is None or self.sensor is None:
            return None
        sensor = sensors.get(self.sensor)
        west, south, east, north = self.grid.lonlat_bounds()
        lon, lat = (west + east) / 2, (south + north) / 2
        day, hour = day_and_hour(self.when)
        if hour is None:
            hour = overpass_hour(lon, lat, sensor.node_hour, sensor.inclination)
        found = position(day, hour, lon, lat)
        return found if self.sun_elevation is None else replace(found, elevation=self.sun_elevation)


def stage_raster(key: Key, path: Path, band: int | None, scene: Scene) -> dict[str, Any]:
    """Write ``<key>.tif`` into the staging folder; the facts for its STAC item.

    Raises a DataError: what ``probe`` raises, NoOverlap, EmptySource, UnknownUnit, OutOfRange.
    """
    header = probe(path, drivers=key.drivers, band=band, allow_multiband=key.kind == "rgb")
    _check_colours(key, header)
    header = nearest_turn(header, scene.grid)
    check_overlap(key, header, scene.grid)
    native = native_m(key, header, scene.grid)
    header, unit = _measured(key, header, scene)
    header, forgotten = with_nodata(key, header, scene.grid)
    window = shown(header, scene.grid) if key.kind == "rgb" else scene.grid.whole()
    factor = stored_factor(scene.grid.window(window), native)
    grid = scene.grid.window(window).refine(factor)
    out = scene.folder / f"{key.name}.tif"
    decided: tuple[str, ...] = ()
    if key.kind == "rgb":
        known, dropped, decided = stage_photograph(key, header, grid, out)
    else:
        known, dropped = _stage_values(key, header, grid, native, out, scene)
    if known == 0:
        raise _empty(key, header, dropped)
    beyond = _stage_around(key, header, native, scene) if key.name == "dem" else None
    cells = scene.grid.rows * scene.grid.cols * factor**2
    sensor = scene.sensor_of(key.name)
    return {
        "file": out.name,
        "unit": key.unit,
        "quantity": _quantity(key, sensor),
        "factor": factor,
        "window": [window.row, window.col, window.rows, window.cols],
        "native_m": round(native, 4),
        "support_m": sensor.support_of(key.name) if sensor else None,
        "sensor": sensor.name if sensor else None,
        "coverage_percent": round(100.0 * known / cells, 1),
        "around": beyond,
        "notes": [
            *unit,
            *decided,
            *coarseness(native, scene.grid.pixel_x),
            *forgotten,
            *_dropped(key, dropped),
            *_unread_mask(path),
        ],
    }


def _stage_around(key: Key, header: Header, native: float, scene: Scene) -> dict[str, Any] | None:
    """Write ``<key>-around.tif``, the same beyond the area at the cells of the grid; its facts.

    None where the file ends with the area.
    """
    found = wider(scene.grid, seen(header, scene.grid.crs, reach(scene.grid)), native)
    if found is None:
        return None
    grid, window = found
    out = scene.folder / f"{key.name}-around.tif"
    _stage_values(key, header, grid, native, out, scene)
    return {"file": out.name, "window": [window.row, window.col, *grid.shape]}


def _measured(key: Key, header: Header, scene: Scene) -> tuple[Header, list[str]]:
    """The header with the unit of length that the caller told, and a note on the unit taken."""
    if key.unit != "m":
        return header, []
    header = replace(header, unit=scene.units.get(key.name, header.unit))
    return header, lengths.note(header.unit)


def stored_factor(grid: Grid, native_m: float) -> int:
    """How many stored cells make one cell of the grid, each way: as fine as the file, not finer.

    Never more than ``MAX_STORED_CELLS`` in all.
    """
    finest = math.isqrt(max(1, MAX_STORED_CELLS // (grid.rows * grid.cols)))
    wanted = math.floor(min(grid.pixel_x, grid.pixel_y) / native_m * (1 + 1e-3))
    return max(1, min(wanted, finest))


def _unread_mask(path: Path) -> list[str]:
    beside = path.with_name(path.name + ".msk")
    return [f"the mask beside it ({beside.name}) is not read"] if beside.is_file() else []


def _dropped(key: Key, cells: int) -> list[str]:
    return [f"{cells} cells outside {_range(key)}: unknown"] if cells else []


def _range(key: Key) -> str:
    """What the key can be, with its unit; that of a ratio is 1 and goes without saying."""
    told = f"{key.valid[0]:g} to {key.valid[1]:g}"
    return told if key.unit == "1" else f"{told} {key.unit}"


def _quantity(key: Key, sensor: sensors.Sensor | None) -> str:
    """What the cells are, in words; of a band the product says which reflectance it holds."""
    if sensor is None or key.name not in OPTICAL:
        return key.quantity
    return key.quantity.replace("reflectance", _name(sensor), 1)


def _name(sensor: sensors.Sensor) -> str:
    if sensor.level1 or sensor.rule.startswith("sentinel2"):
        return "top-of-atmosphere reflectance" if sensor.level1 else "reflectance"
    return "surface reflectance"


def _stage_values(
    key: Key, header: Header, grid: Grid, native: float, out: Path, scene: Scene
) -> tuple[int, int]:
    """Write a raster of one quantity; (known cells, cells dropped as out of range)."""
    sensor = scene.sensor_of(key.name)
    if sensor is not None and header.nodata is None:
        header = replace(header, nodata=sensor.fill)
    unscale = sensor is None
    convert = _conversion(key, header, grid, scene, unscale=unscale)
    method = resampling_for(key.warp, native, grid.pixel_x)
    if key.shored and method == "bilinear":
        method = "nearest"
    known = dropped = 0
    with _writer(key, out, grid) as writer:
        for window, raw in warp(
            header, grid, resampling=method, unscale=unscale, drivers=key.drivers
        ):
            values = convert(raw)
            before = int(np.isfinite(values).sum())
            values = within(key, values)
            after = int(np.isfinite(values).sum())
            known, dropped = known + after, dropped + before - after
            if key.kind == "class":
                values = np.where(np.isfinite(values), values, CLASS_NODATA)
            writer.write(values, window)
    return known, dropped


def _writer(key: Key, out: Path, grid: Grid) -> Any:  # noqa: ANN401 - a context manager
    if key.kind == "class":
        options: dict[str, Any] = {"dtype": "uint16", "nodata": CLASS_NODATA}
        return cog_writer(out, grid, bands=(key.name,), **options, overviews=Resampling.mode)
    return cog_writer(out, grid, bands=(key.name,), units=(key.unit,))


def within(key: Key, values: Array) -> Array:
    """``values`` with NaN for what the key cannot be.

    Reflectance above 1 (a roof that mirrors the sun) is 1; at or below 0 it says that haze was
    corrected too far: unknown, for an index of it would be anything.
    """
    low, high = key.valid
    if key.kind == "reflectance":
        good = (values > 0.0) & (values <= 2.0)
        return np.where(good, np.minimum(values, np.float32(1.0)), np.float32(np.nan))
    return np.where((values >= low) & (values <= high), values, np.float32(np.nan))


def _conversion(key: Key, header: Header, grid: Grid, scene: Scene, *, unscale: bool) -> Convert:
    """How cells of the file become the quantity of the key; decided on a sample of them."""
    sensor = scene.sensor_of(key.name)
    sample = sampled(header, grid, unscale=unscale, drivers=key.drivers)
    known = sample[np.isfinite(sample)]
    path = str(header.path)
    if sensor is not None:
        sun = scene.sun()

        def by_sensor(raw: Array) -> Array:
            return sensors.quantity(sensor, key.name, raw, when=scene.when, sun=sun)

        sensors.check_sample(sensor, key.name, path, sample, by_sensor(sample))
        return by_sensor
    if known.size == 0:
        return _same
    if key.kind == "temperature":
        told, median = scene.units.get(key.name), float(np.median(known))
        return temperatures.unit_of(key.name, path, told, header.unit, median).kelvin
    if key.kind == "reflectance":
        _check_reflectance(key, path, known)
    if key.kind == "class" and np.any(known != np.rint(known)):
        raise OutOfRange(
            "classes must be whole numbers",
            where=f"{key.name}={path}",
            expected="one whole number per class",
            got=f"{known[known != np.rint(known)][0]:g}",
            next_step="export the class band, not a style or a probability",
        )
    factor = to_metres(key, header)
    return _same if factor == 1.0 else lambda raw: raw * np.float32(factor)


def _same(raw: Array) -> Array:
    return raw


def _check_reflectance(key: Key, path: str, known: Array) -> None:
    low, high = np.percentile(known, [1, 99])
    if high <= 2.0 and low >= -0.5:
        return
    raise UnknownUnit(
        "its numbers do not look like reflectance",
        where=f"{key.name}={path}",
        expected="reflectance 0..1",
        got=f"values up to {high:.6g}",
        next_step=f"say which product it is: --sensor {', '.join(sensors.SENSORS)}",
    )


def _check_colours(key: Key, header: Header) -> None:
    """Only classes and pictures may be indices into a colour table: 17 is no height."""
    if key.kind == "rgb":
        return
    with opened(header.path, key.drivers) as dataset:
        indexed = dataset.colorinterp[(header.band or 1) - 1].name == "palette"
    if indexed and key.kind != "class":
        raise ForbiddenFormat(
            "its cells are indices into a colour table",
            where=f"{key.name}={header.path}",
            expected=f"values of {key.quantity}",
            got="a palette image",
            next_step="export the values, or RGB bands (gdal_translate -expand rgb), not a style",
        )


def _empty(key: Key, header: Header, dropped: int) -> DataError:
    where = f"{key.name}={header.path}"
    if dropped:
        return OutOfRange(
            "no cell has a possible value",
            where=where,
            expected=f"{key.quantity} of {_range(key)}",
            got=f"{dropped} cells outside",
            next_step="check the band and the unit",
        )
    return EmptySource(
        "nothing but nodata inside the area",
        where=where,
        expected="one known cell or more",
        got=f"nodata everywhere (declared nodata: {header.nodata})",
        next_step="check the file in QGIS, and the area's place",
    )
