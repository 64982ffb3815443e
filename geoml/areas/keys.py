"""The source keys: what an area can be told, in which unit and form each is stored."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from geoml.errors import UnknownKey
from geoml.raster.formats import ORTHO_DRIVERS, RASTER_DRIVERS
from geoml.vector.formats import sniff

Kind: TypeAlias = Literal[
    "reflectance", "temperature", "continuous", "class", "count", "rgb", "vector"
]
Shape: TypeAlias = Literal["polygon", "line", "point"]

VECTOR_DRIVERS = ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "Parquet")
OSM_KEYS = ("buildings", "water", "zones", "sites")
"""Keys that an OpenStreetMap extract can answer; ``geoml.vector.osm`` says with which tags."""


@dataclass(frozen=True, slots=True)
class Key:
    """One source key.

    ``valid`` is the range that stored values can have, in ``unit``; what lies outside is unknown.
    ``drivers`` are the only formats that a file for this key may have. ``shapes`` are the
    geometries that a vector key takes; a class key with shapes takes polygons too (``as_given``).
    ``shored`` quantities end at a shore: nothing is interpolated between water and dry ground.
    """

    name: str
    kind: Kind
    unit: str
    valid: tuple[float, float]
    drivers: tuple[str, ...]
    quantity: str
    shapes: tuple[Shape, ...] = ()
    shored: bool = False

    @property
    def warp(self) -> Literal["continuous", "class", "count"]:
        """How cells may be mixed: averaged, never (classes), or summed (counts)."""
        if self.kind == "class":
            return "class"
        return "count" if self.kind == "count" else "continuous"


def _band(name: str, quantity: str) -> Key:
    return Key(name, "reflectance", "1", (0.0, 1.0), RASTER_DRIVERS, quantity)


def _raster(name: str, kind: Kind, unit: str, valid: tuple[float, float], quantity: str) -> Key:
    return Key(name, kind, unit, valid, RASTER_DRIVERS, quantity)


def _vector(name: str, quantity: str, *shapes: Shape) -> Key:
    drivers = (*VECTOR_DRIVERS, "OSM") if name in OSM_KEYS else VECTOR_DRIVERS
    return Key(name, "vector", "", (0.0, 0.0), drivers, quantity, shapes)


KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        _band("red", "reflectance, red"),
        _band("green", "reflectance, green"),
        _band("blue", "reflectance, blue"),
        _band("nir", "reflectance, near infrared"),
        _band("swir1", "reflectance, short-wave infrared near 1.6 um"),
        _band("swir2", "reflectance, short-wave infrared near 2.2 um"),
        _raster("thermal", "temperature", "K", (180.0, 400.0), "brightness temperature"),
        _raster("lst", "temperature", "K", (180.0, 400.0), "surface temperature"),
        _raster("dem", "continuous", "m", (-500.0, 9_000.0), "elevation of the ground"),
        _raster("dsm", "continuous", "m", (-500.0, 9_500.0), "elevation of the surface"),
        Key("ortho", "rgb", "1", (0.0, 255.0), ORTHO_DRIVERS, "aerial image"),
        Key("imagery", "rgb", "1", (0.0, 255.0), ORTHO_DRIVERS, "picture behind the map"),
        _raster("landcover", "class", "class", (0.0, 65_534.0), "land cover class"),
        replace(
            _raster("flood_depth", "continuous", "m", (0.0, 100.0), "depth of a flood"),
            shored=True,
        ),
        replace(
            _raster("flood_extent", "class", "class", (0.0, 65_534.0), "extent of a flood"),
            shapes=("polygon",),
        ),
        _raster("population", "count", "persons", (0.0, 1e9), "persons per cell"),
        _vector("buildings", "building footprints", "polygon"),
        _vector("water", "open water", "polygon", "line"),
        _vector("zones", "zones of the town", "polygon"),
        _vector("sites", "sites", "point", "polygon"),
        _vector("observations", "observations", "point", "polygon"),
    )
}

EVENTS = ("flood_depth", "flood_extent")
"""Keys that show an event, which may have a return period."""
OPTICAL = ("red", "green", "blue", "nir", "swir1", "swir2")


def get(name: str) -> Key:
    """The key of that name; raises UnknownKey, which lists the keys and the closest one."""
    if name in KEYS:
        return KEYS[name]
    close = difflib.get_close_matches(name, KEYS, n=1)
    raise UnknownKey(
        "no such source key",
        where=repr(name)[:80],
        expected=f"one of {', '.join(KEYS)}",
        next_step=f"did you mean {close[0]}?" if close else "write KEY=PATH, such as red=b4.tif",
    )


def as_given(key: Key, path: Path) -> Key:
    """The key as a file gives it: a class key with shapes is a vector key where the file is one.

    Told by the first bytes of the file; any other key, and any other file, leaves it as it is.
    """
    if key.kind != "class" or not key.shapes or not _looks_like_vectors(path):
        return key
    return replace(key, kind="vector", unit="", valid=(0.0, 0.0), drivers=VECTOR_DRIVERS)


def _looks_like_vectors(path: Path) -> bool:
    try:
        return path.is_file() and sniff(path) in (*VECTOR_DRIVERS, "zip")
    except OSError:
        return False  # whoever reads it says so
