"""What serving needs beside the measured files of an edition, and where it lies.

It is published with the edition. An edition of before there were such files is immutable: for it
they are made once, under the home's cache, and lost without harm.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from geoml.catalog.sections import Section
from geoml.catalog.services import get
from geoml.contract import Service
from geoml.editions import EditionRef
from geoml.files import alone
from geoml.paths import Home
from geoml.vector.cells import write_cells_index
from geoml.vector.fragments import Fragments, write_fragments
from geoml.vector.read import read_frame
from geoml.vector.tiles import write_tiles

UNITS, FEATURES, FEATURES_INDEX = "units.parquet", "units.geojson", "units-index.arrow"
CELLS_INDEX, TILES = "cells-index.arrow", "tiles-units.pmtiles"


def tile_columns(service: Service, there: Collection[str]) -> tuple[str, ...]:
    """What vector tiles tell of units: which they are, their score and its parts, what they carry;
    of things found in a picture, the columns that are declared so.

    ``there`` are the columns that the table of units has.
    """
    parts = (part.name for part in service.parts)
    found = service.segmentation
    tiled = (one.name for one in found.columns if one.tiled) if found else ()
    wanted = ("id", "kind", f"{service.name}_score", *parts, *service.carried, *tiled)
    return tuple(name for name in wanted if name in there)


def has_units(edition: EditionRef) -> bool:
    """Whether an edition speaks of units at all."""
    return (edition.folder / UNITS).is_file()


def fragments(home: Home, edition: EditionRef) -> Fragments:
    """The units of an edition as ready-made features."""
    folder = edition.folder

    def make(cache: Path) -> None:
        frame = read_frame(folder / UNITS)  # in the order of the table, which pages follow
        write_fragments(cache / FEATURES, cache / FEATURES_INDEX, frame)

    where = _there(home, edition, (FEATURES, FEATURES_INDEX), make)
    return Fragments(where / FEATURES, where / FEATURES_INDEX)


def cells_index(home: Home, edition: EditionRef) -> Path:
    """The index of the cells of an edition that have an answer."""

    def make(cache: Path) -> None:
        write_cells_index(cache / CELLS_INDEX, edition.folder / "score.tif")

    return _there(home, edition, (CELLS_INDEX,), make) / CELLS_INDEX


def tiles(home: Home, edition: EditionRef, section: Section) -> Path:
    """The vector tiles of the units of a section; made once where there are none, which is slow.

    An edition is published with those of all its units. Those of some kinds lie in the cache: who
    may see which is declared by the service, and may change without the edition.
    """
    folder, name = edition.folder, f"tiles-{section.label}.pmtiles"

    def make(cache: Path) -> None:
        frame = read_frame(folder / UNITS)
        if section.kinds is not None:
            frame = frame[frame["kind"].isin(section.kinds)]
        write_tiles(cache / name, frame, tile_columns(get(edition.service), frame.columns))

    return _there(home, edition, (name,), make) / name


def _there(
    home: Home, edition: EditionRef, names: tuple[str, ...], make: Callable[[Path], None]
) -> Path:
    """The folder that holds the files: the edition, else the cache, where they are made once."""
    if all((edition.folder / name).is_file() for name in names):
        return edition.folder
    cache = home.cache(edition.service, edition.area) / edition.id
    with alone(cache, wait=True):
        if not all((cache / name).is_file() for name in names):
            make(cache)
    return cache
