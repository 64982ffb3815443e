"""Features of an area: which can be had, which are stale, and computing those by blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from geoml import features
from geoml.areas.area import Area, load
from geoml.areas.sources import Source, sources
from geoml.features import registry
from geoml.features.stack import Cautions, compute
from geoml.files import read_json, write_json
from geoml.lifecycle.base import refresh_base
from geoml.lifecycle.inputs import reader, silenced, surroundings
from geoml.paths import Home
from geoml.raster.cog import cog_writer, read
from geoml.raster.grid import Window
from geoml.types import Array

Progress: TypeAlias = Callable[[str, float], None]
INDEX = "index.json"


@dataclass(frozen=True, slots=True)
class FeatureReport:
    """What ``refresh`` computed, what it kept, and which sources the others would need.

    ``coverage`` is, of each feature that there is, the percentage of the area that knows it.
    ``refused`` are those that the area has too many cells for.
    """

    computed: tuple[str, ...]
    kept: tuple[str, ...]
    missing: dict[str, tuple[str, ...]]
    coverage: dict[str, float]
    refused: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return asdict(self)


def refresh(home: Home, area_id: str, *, progress: Progress | None = None) -> FeatureReport:
    """Compute every feature that the sources allow and that is missing or stale.

    A feature is stale when a source that it comes from changed, or when the code of
    ``geoml.features`` did. Features that no source allows any more are removed.
    """
    area = load(home, area_id)
    found = sources(home, area)
    wanted, refused = _wanted(area, found)
    folder = home.features(area_id)
    index = feature_index(home, area_id)
    signed = {name: signature(name, found) for name in wanted}
    stale = _stale(folder, index, signed)
    known = {name: entry.get("coverage_percent", 0.0) for name, entry in index.items()}
    warned = {name: entry["warnings"] for name, entry in index.items() if "warnings" in entry}
    if stale:
        # Before the first file changes: an interruption must not leave a new file under an old
        # signature, where it would pass for fresh when the old source comes back.
        fresh = {name: entry for name, entry in index.items() if name not in stale}
        if fresh != index:
            write_json(folder / INDEX, fresh)
        counted, cautions = _compute(home, area, found, stale, progress)
        known |= {name: _percent(cells, area) for name, cells in counted.items()}
        warned = {name: warned[name] for name in warned if name not in stale} | _told(cautions)
    for name in set(index) - set(wanted):
        (folder / f"{name}.tif").unlink(missing_ok=True)
    entries = {
        name: _entry(name, signed[name], found, known[name], warned.get(name, []))
        for name in wanted
    }
    if entries != index:
        write_json(folder / INDEX, entries)
    refresh_base(home, area, found)
    lacking = {name: registry.lacking(name, found) for name in registry.names()}
    missing = {name: keys for name, keys in lacking.items() if keys}
    kept = tuple(name for name in wanted if name not in stale)
    coverage = {name: known[name] for name in wanted}
    return FeatureReport(stale, kept, missing, coverage, refused)


def _wanted(area: Area, found: Mapping[str, Source]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Features that the sources allow, and those of them that the area is too large for."""
    cells = area.grid.rows * area.grid.cols
    allowed = registry.available(found)
    families = {name: registry.get(name).family for name in allowed}
    refused = tuple(name for name, one in families.items() if one and cells > one.max_cells)
    return tuple(name for name in allowed if name not in refused), refused


def _percent(cells: int, area: Area) -> float:
    """Share of the area; 0 only where no cell is known at all."""
    share = 100.0 * cells / (area.grid.rows * area.grid.cols)
    return round(share, 1) or float(f"{share:.1g}")


def feature_index(home: Home, area_id: str) -> dict[str, Any]:
    """Feature -> what it was made from; empty when none was computed yet."""
    path = home.features(area_id) / INDEX
    return dict(read_json(path)) if path.is_file() else {}


def known_features(index: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a feature index that is known in one cell of the area or more.

    Sources can allow a feature and yet say nothing here: bands that nowhere lie together.
    """
    return {name: entry for name, entry in index.items() if entry["coverage_percent"] > 0}


def is_fresh(home: Home, area_id: str) -> bool:
    """Whether ``refresh`` would find nothing to compute."""
    area = load(home, area_id)
    found = sources(home, area)
    signed = {name: signature(name, found) for name in _wanted(area, found)[0]}
    return not _stale(home.features(area_id), feature_index(home, area_id), signed)


def _stale(folder: Path, index: Mapping[str, Any], signed: Mapping[str, str]) -> tuple[str, ...]:
    """Names whose signature is not the one of their file, or that have no file."""
    return tuple(
        name
        for name, now in signed.items()
        if index.get(name, {}).get("signature") != now
        or "coverage_percent" not in index[name]  # computed before it was counted
        or not (folder / f"{name}.tif").is_file()
    )


def signature(name: str, found: Mapping[str, Source]) -> str:
    """What a feature was made from: the code, its sources, and the ground that they cover."""
    keys = sorted(key for key in registry.sources_of(name) if key in found)
    made_from = "".join(_ground_of(found[key]) for key in keys)
    return hashlib.sha256(f"{name}\n{_code()}\n{made_from}".encode()).hexdigest()


def _ground_of(source: Source) -> str:
    beyond = f" {source.around.sha256}" if source.around else ""
    return f"{source.key} {source.sha256} {source.cover or ''}{beyond}\n"


@cache
def _code() -> str:
    files = sorted(Path(features.__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _told(cautions: Cautions) -> dict[str, list[dict[str, str]]]:
    return {
        name: [{"code": one.code, **one.text.as_dict()} for one in several]
        for name, several in cautions.items()
    }


def _entry(
    name: str,
    signed: str,
    found: Mapping[str, Source],
    coverage_percent: float,
    warnings: list[dict[str, str]],
) -> dict[str, Any]:
    quantity = registry.get(name)
    used = [found[key] for key in sorted(registry.sources_of(name)) if key in found]
    of_sources = [dict(one) for source in used for one in source.warnings]
    told = list({one["code"]: one for one in (*of_sources, *warnings)}.values())
    return {
        "signature": signed,
        "unit": quantity.unit,
        "coverage_percent": coverage_percent,
        "sources": {source.key: source.sha256 for source in used},
        "dates": {source.key: source.date for source in used if source.date},
        **({"warnings": told} if told else {}),
    }


def _compute(
    home: Home,
    area: Area,
    found: Mapping[str, Source],
    names: tuple[str, ...],
    progress: Progress | None,
) -> tuple[dict[str, int], Cautions]:
    """Write the features; name -> how many of its cells are known, and what to know of it."""
    folder = home.features(area.id)
    known = dict.fromkeys(names, 0)
    with ExitStack() as stack:
        writers = {
            name: stack.enter_context(
                cog_writer(
                    folder / f"{name}.tif",
                    area.grid,
                    bands=(name,),
                    units=(registry.get(name).unit,),
                )
            )
            for name in names
        }

        def write(name: str, values: Array, window: Window) -> None:
            told = silenced(name, values, area.grid.window(window), found)
            known[name] += int(np.isfinite(told).sum())
            writers[name].write(told, window)

        cautions = compute(
            names,
            reader(area, found),
            write,
            area.grid,
            sources=tuple(found),
            ready=lambda name, window: read(folder / f"{name}.tif", window),
            ground=surroundings(found),
            scratch=folder,
            progress=progress,
        )
    return known, cautions
