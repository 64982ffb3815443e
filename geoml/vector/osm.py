"""Reading what a source key means out of an OpenStreetMap extract (.osm.pbf).

An extract knows everything, so the key says what is taken:

- ``buildings``: areas with ``building`` other than ``no``, closed ways and multipolygon relations;
- ``water``: areas of ``natural=water``, ``water=*``, ``waterway=riverbank|dock`` and
  ``landuse=reservoir|basin``, and the lines of rivers, streams, canals, drains, ditches, tidal
  channels and the coast, where they do not run in a tunnel;
- ``zones``: areas of ``boundary=administrative`` of ``admin_level`` 8 to 11, the municipality and
  its parts, which lie on one another; ``:LEVEL`` takes one level;
- ``sites``: schools, kindergartens, hospitals, clinics, homes of social care, fire and police
  stations, town halls and community centres, as points or areas.

Data (c) OpenStreetMap contributors, ODbL 1.0: https://www.openstreetmap.org/copyright
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow
import pyogrio
from numpy.typing import NDArray

from geoml.errors import BandNeeded, ForbiddenFormat
from geoml.vector import pbf
from geoml.vector.formats import Opening
from geoml.vector.ogr import check_rows, no_layers
from geoml.vector.rows import Asked, Rows, from_wkb
from geoml.vector.write import gdal_options

LICENCE = "ODbL-1.0"
ID = "@id"
CRS = "EPSG:4326"  # read by GDAL in the order longitude, latitude

Tags: TypeAlias = Mapping[str, NDArray[Any]]
Mask: TypeAlias = NDArray[np.bool_]

_BATCH = 20_000
_BYTES_A_ROW = 80  # of the file, roughly: for the progress bar
_CHECK_SHARE = 0.2
_WATERWAYS = ("river", "stream", "canal", "drain", "ditch", "tidal_channel")
_LEVELS = ("8", "9", "10", "11")
_SITES = (
    *("school", "kindergarten", "college", "university", "hospital", "clinic", "nursing_home"),
    *("social_facility", "fire_station", "police", "townhall", "community_centre"),
)
_NAMES = ("name", "name:fr")
# Closed ways with these tags are areas: GDAL's own list, and the water that it leaves out.
_AREAS = (
    *("aeroway", "amenity", "boundary", "building", "craft", "geological", "historic", "landuse"),
    *("leisure", "military", "natural", "office", "place", "shop", "sport", "tourism", "water"),
    *("highway=platform", "public_transport=platform", "waterway=riverbank", "waterway=dock"),
)


def _is(values: NDArray[Any], *wanted: str) -> Mask:
    return np.isin(values.astype(str), wanted)


def _there(values: NDArray[Any]) -> Mask:
    return np.array([value not in (None, "", "no") for value in values], dtype=bool)


def _water_area(tags: Tags) -> Mask:
    return (
        _is(tags["natural"], "water")
        | _there(tags["water"])
        | _is(tags["waterway"], "riverbank", "dock")
        | _is(tags["landuse"], "reservoir", "basin")
    )


def _water_line(tags: Tags) -> Mask:
    runs = _is(tags["waterway"], *_WATERWAYS) | _is(tags["natural"], "coastline")
    return runs & ~_there(tags["tunnel"])


def _site(tags: Tags) -> Mask:
    return _is(tags["amenity"], *_SITES)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What is taken of one of GDAL's layers: rows by their tags, and which tags are kept."""

    layer: str
    tags: tuple[str, ...]
    rule: Callable[[Tags], Mask]
    kept: tuple[str, ...]


_BUILDING_TAGS = ("building", "height", "building:height", "building:levels")
SUBJECTS: dict[str, tuple[_Taken, ...]] = {
    "buildings": (
        _Taken(
            "multipolygons",
            _BUILDING_TAGS,
            lambda tags: _there(tags["building"]),
            (*_NAMES, *_BUILDING_TAGS),
        ),
    ),
    "water": (
        _Taken("multipolygons", ("natural", "water", "waterway", "landuse"), _water_area, _NAMES),
        _Taken("lines", ("natural", "waterway", "tunnel"), _water_line, _NAMES),
    ),
    "zones": (
        _Taken(
            "multipolygons",
            ("boundary", "admin_level"),
            lambda tags: _is(tags["boundary"], "administrative"),
            (*_NAMES, "admin_level"),
        ),
    ),
    "sites": (
        _Taken("points", ("amenity",), _site, (*_NAMES, "amenity")),
        _Taken("multipolygons", ("amenity",), _site, (*_NAMES, "amenity")),
    ),
}


def read(opening: Opening, asked: Asked) -> Iterator[Rows]:
    """The rows of the subject that was asked for, by batches, all of the file.

    Each has ``@id``, ``way/ID`` or ``relation/ID`` or ``node/ID``, which stays the same from one
    extract to the next. Raises UnreadableFile and OversizedHeader as ``pbf.check``,
    ForbiddenFormat without a subject.
    """
    taken = SUBJECTS.get(asked.subject or "")
    if taken is None:
        raise _no_subject(opening)
    levels = _levels(opening) if asked.subject == "zones" else ()
    if asked.subject != "zones":
        no_layers(opening, "an OSM extract")
    pbf.check(opening.path, opening.file, lambda share: asked.progress(_CHECK_SHARE * share))
    settings = asked.folder / "osmconf.ini"
    settings.write_text(_settings(), encoding="utf-8")
    expected = max(1.0, opening.file.stat().st_size / _BYTES_A_ROW)
    seen = 0
    options = {
        "CPL_TMPDIR": str(asked.folder),
        # A ring that the edge of the extract cut open has no area; closing it would invent one.
        "OGR_GEOMETRY_ACCEPT_UNCLOSED_RING": "NO",
    }
    with gdal_options(options):
        for part in taken:
            for rows, read_rows in _layer(opening, part, asked, str(settings), levels):
                seen += read_rows
                check_rows(opening, seen)
                share = min(1.0, seen / expected / len(taken))
                asked.progress(_CHECK_SHARE + (1 - _CHECK_SHARE) * share)
                yield rows


def _layer(
    opening: Opening, part: _Taken, asked: Asked, settings: str, levels: tuple[str, ...]
) -> Iterator[tuple[Rows, int]]:
    """(rows that are meant, number of rows looked at) of each batch of a layer."""
    ids = ["osm_id", "osm_way_id"] if part.layer == "multipolygons" else ["osm_id"]
    fields = list(dict.fromkeys([*ids, *part.tags, *part.kept]))
    names = asked.choose(part.kept)
    with pyogrio.raw.open_arrow(
        opening.file, layer=part.layer, columns=fields, batch_size=_BATCH, CONFIG_FILE=settings
    ) as (meta, stream):
        geometry = meta["geometry_name"] or "wkb_geometry"
        for batch in pyarrow.RecordBatchReader.from_stream(stream):
            tags = {name: _texts(batch, name) for name in fields}
            meant = part.rule(tags)
            if levels:
                meant &= _is(tags["admin_level"], *levels)
            geometries, lost = from_wkb(batch.column(geometry).to_numpy(zero_copy_only=False))
            columns = {name: tags[name][meant] for name in names}
            columns[ID] = _ids(tags, part.layer)[meant]
            told = Rows(
                geometries[meant],
                columns,
                CRS,
                unreadable=int(np.count_nonzero(lost & meant)),
                others=int(np.count_nonzero(lost & ~meant)),
                licence=LICENCE,
            )
            yield told, batch.num_rows


def _texts(batch: pyarrow.RecordBatch, name: str) -> NDArray[Any]:
    return np.array(batch.column(name).to_pylist(), dtype=object)


def _ids(tags: Tags, layer: str) -> NDArray[Any]:
    """``kind/number`` of each row; an area without a relation of its own is a closed way."""
    kind = {"points": "node", "lines": "way"}.get(layer, "relation")
    ways = tags.get("osm_way_id", np.full(len(tags["osm_id"]), None, dtype=object))
    pairs = zip(tags["osm_id"], ways, strict=True)
    ids = [f"way/{way}" if way is not None else f"{kind}/{one}" for one, way in pairs]
    return np.array(ids, dtype=object)


def _levels(opening: Opening) -> tuple[str, ...]:
    if opening.layer is None:
        return _LEVELS
    if opening.layer in map(str, range(1, 12)):
        return (opening.layer,)
    raise BandNeeded(
        "not a level of administrative boundaries",
        where=str(opening.path),
        expected=f"an admin_level from 1 to 11; without one {_LEVELS[0]} to {_LEVELS[-1]}",
        got=opening.layer[:80],
        next_step=f"for example zones={opening.path.name}:8",
    )


def _no_subject(opening: Opening) -> ForbiddenFormat:
    return ForbiddenFormat(
        "an OSM extract does not say what is meant here",
        where=str(opening.path),
        expected=f"an OSM extract for one of {', '.join(SUBJECTS)}",
        got="OSM PBF",
        next_step="export the features that are meant as GeoPackage (QGIS: Export)",
    )


def _settings() -> str:
    """What GDAL's driver is told: which tags are columns, which closed ways are areas."""
    wanted: dict[str, dict[str, None]] = {"points": {}, "lines": {}, "multipolygons": {}}
    for taken in SUBJECTS.values():
        for part in taken:
            wanted[part.layer] |= dict.fromkeys((*part.tags, *part.kept))
    general = f"closed_ways_are_polygons={','.join(_AREAS)}\nattribute_name_laundering=no\n"
    layers = [
        f"[{layer}]\nosm_id=yes\nother_tags=no\nattributes={','.join(tags)}\n"
        for layer, tags in wanted.items()
    ]
    return general + "".join(layers)
