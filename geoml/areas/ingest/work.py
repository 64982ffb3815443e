"""What the child does: every item of a request, into the staging folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import shapely

from geoml.areas import keys
from geoml.areas.ingest.ground import warn_of_surface
from geoml.areas.ingest.masking import mask_scene
from geoml.areas.ingest.rasters import Scene, stage_raster
from geoml.areas.ingest.still import still
from geoml.errors import EmptySource
from geoml.raster.grid import Grid

Progress: TypeAlias = Callable[[str, float], None]


def ingest_all(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Stage every item; the facts of each key as JSON: ``{"sources": {key: facts}}``."""
    scene = Scene(
        grid=Grid(**request["grid"]),
        folder=Path(request["folder"]),
        sensor=request["sensor"],
        when=request["when"],
        units=request["units"],
        sun_elevation=request["sun_elevation"],
    )
    by_key: dict[str, list[dict[str, Any]]] = {}
    for item in request["items"]:
        by_key.setdefault(item["key"], []).append(item)
    staged: dict[str, dict[str, Any]] = {}
    with still(Path(item["path"]) for item in request["items"]):
        for number, (name, items) in enumerate(by_key.items()):
            progress(name, number / len(by_key))
            key = keys.as_given(keys.get(name), Path(items[0]["path"]))
            if key.kind == "vector":
                from geoml.areas.ingest.vectors import stage_vectors  # with pandas: half a second

                told = _part(progress, name, number, len(by_key))
                staged[name] = stage_vectors(key, items, scene.grid, scene.folder, told)
            else:
                staged[name] = stage_raster(key, Path(items[0]["path"]), items[0]["band"], scene)
    progress("clouds", 1.0)
    mask_scene(staged, scene)
    footprints = request.get("footprints")
    warn_of_surface(staged, scene, Path(footprints) if footprints else None)
    return {"sources": staged}


def _part(progress: Progress, name: str, number: int, total: int) -> Callable[[float], None]:
    """Progress within one key; told once a percent, because each word crosses a pipe."""
    last = -1.0

    def told(share: float) -> None:
        nonlocal last
        if share - last >= 0.01:
            last = share
            progress(name, (number + share) / total)

    return told


def boundary(path: str, layer: str | None) -> dict[str, Any]:
    """WKB, as hexadecimal text, of the union of a file's polygons in longitude and latitude."""
    from geoml.vector.foreign import read_foreign

    read = read_foreign(
        Path(path),
        crs="OGC:CRS84",
        drivers=keys.VECTOR_DRIVERS,
        shapes=("polygon",),
        layer=layer,
    )
    if not len(read.geometries):
        raise EmptySource(
            "no polygon in it", where=path, expected="one or more polygons", got=read.told()
        )
    union = shapely.union_all(read.geometries)
    return {"wkb": shapely.to_wkb(union, hex=True)}
