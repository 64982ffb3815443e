"""The base layer of an area's map: its own imagery, else the relief of its elevation."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geoml.areas.area import Area
from geoml.areas.sources import Source, read_on_grid
from geoml.features.hillshade import hillshade
from geoml.files import read_json, write_json
from geoml.paths import Home
from geoml.raster.cog import cog_writer, grid_of, open_cog
from geoml.raster.grid import Grid, grown, windows
from geoml.raster.imagery import write_imagery

PREFIX = "base-"
WHOLE_PERCENT = 90.0
"""A picture that shows this much of an area is a map of it; one of a part is a detail."""
_STYLE = "4"  # raised when the drawing below changes


@dataclass(frozen=True, slots=True)
class BaseLayer:
    """Finished WebP tiles of an area; ``kind`` is ``imagery`` or ``hillshade``.

    ``detail`` is there where a part of the area has a finer picture: its tiles, in the same file,
    go from the zoom after ``maxzoom`` to its own, within its bounds (degrees).
    """

    id: str
    kind: str
    path: Path
    minzoom: int
    maxzoom: int
    bounds: tuple[float, float, float, float]
    attribution: str
    signature: str
    detail: Detail | None = None


@dataclass(frozen=True, slots=True)
class Detail:
    """The finer picture of a part: how far in its tiles go, and where."""

    maxzoom: int
    bounds: tuple[float, float, float, float]


def base_layer(home: Home, area: str) -> BaseLayer | None:
    """The base layer of an area, or None when it has neither imagery nor elevation."""
    folder = home.area(area) / "base"
    if not (folder / "base.json").is_file():
        return None
    told = read_json(folder / "base.json")
    part = told.get("detail")
    return BaseLayer(
        id=f"{PREFIX}{area}",
        kind=told["kind"],
        path=folder / told["file"],
        minzoom=told["minzoom"],
        maxzoom=told["maxzoom"],
        bounds=tuple(told["bounds"]),
        attribution=told["attribution"],
        signature=told["signature"],
        detail=Detail(part["maxzoom"], tuple(part["bounds"])) if part else None,
    )


def refresh_base(home: Home, area: Area, found: Mapping[str, Source]) -> None:
    """Draw the base layer again when the sources that it shows have changed."""
    kind, used = _chosen(found)
    if not used:
        return
    part = found.get("ortho") if used[0].key != "ortho" else None
    shown = used if part is None else [*used, part]
    made_from = " ".join([_STYLE, kind, *(source.sha256 for source in shown)])
    signature = hashlib.sha256(made_from.encode()).hexdigest()
    now = base_layer(home, area.id)
    if now is not None and now.signature == signature and now.path.is_file():
        return
    file = f"{signature[:12]}.pmtiles"
    folder = home.area(area.id) / "base"
    lowest, highest, finest = _draw(area, kind, used, part, folder / file)
    document = {
        "kind": kind,
        "file": file,
        "minzoom": lowest,
        "maxzoom": highest,
        "bounds": _bounds(used[0].path) if kind == "imagery" else _rounded(area.grid),
        "detail": {"maxzoom": finest, "bounds": _bounds(part.path)}
        if part and finest > highest
        else None,
        "attribution": ", ".join(sorted({s.licence for s in shown if s.licence})),
        "signature": signature,
        "format": 1,
    }
    write_json(folder / "base.json", document)
    if now is not None and now.path.name != file:
        now.path.unlink(missing_ok=True)


def _bounds(path: Path) -> list[float]:
    """Where a picture is: a browser that asks beyond asks for thousands of tiles that are not."""
    with open_cog(path) as dataset:
        return _rounded(grid_of(dataset))


def _rounded(grid: Grid) -> list[float]:
    return [round(value, 6) for value in grid.lonlat_bounds()]


def _chosen(found: Mapping[str, Source]) -> tuple[str, list[Source]]:
    """A picture of the whole area, else its bands, else its relief, else what picture there is."""
    pictures = [found[key] for key in ("imagery", "ortho") if key in found]
    whole = [source for source in pictures if source.coverage >= WHOLE_PERCENT]
    if whole:
        return "imagery", whole[:1]
    if {"red", "green", "blue"} <= set(found):
        return "imagery", [found[key] for key in ("red", "green", "blue")]
    elevation = found.get("dem") or found.get("dsm")
    if elevation:
        return "hillshade", [elevation]
    return "imagery", pictures[:1]


def _draw(
    area: Area, kind: str, used: list[Source], part: Source | None, out: Path
) -> tuple[int, int, int]:
    metadata = {"name": f"{area.name}, {kind}", "type": "baselayer"}
    detail = part.path if part else None
    if kind == "imagery":
        stretch = used[0].kind != "rgb"
        paths = [source.path for source in used]
        return write_imagery(paths, out, stretch=stretch, metadata=metadata, detail=detail)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".relief-", dir=out.parent) as scratch:
        relief = Path(scratch) / "relief.tif"
        with cog_writer(relief, area.grid) as writer:
            for window in windows(area.grid):
                wide = grown(window, 1, area.grid)
                light = hillshade(read_on_grid(used[0], area.grid, wide), area.grid.window(wide))
                top, left = window.row - wide.row, window.col - wide.col
                inner = light[top : top + window.rows, left : left + window.cols]
                writer.write(np.clip(60 + 190 * inner, 0, 255), window)
        return write_imagery([relief], out, stretch=False, metadata=metadata, detail=detail)
