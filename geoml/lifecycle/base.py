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
from geoml.raster.cog import cog_writer
from geoml.raster.grid import grown, windows
from geoml.raster.imagery import write_imagery

PREFIX = "base-"
_STYLE = "3"  # raised when the drawing below changes


@dataclass(frozen=True, slots=True)
class BaseLayer:
    """Finished WebP tiles of an area; ``kind`` is ``imagery`` or ``hillshade``."""

    id: str
    kind: str
    path: Path
    minzoom: int
    maxzoom: int
    bounds: tuple[float, float, float, float]
    attribution: str
    signature: str


def base_layer(home: Home, area: str) -> BaseLayer | None:
    """The base layer of an area, or None when it has neither imagery nor elevation."""
    folder = home.area(area) / "base"
    if not (folder / "base.json").is_file():
        return None
    told = read_json(folder / "base.json")
    return BaseLayer(
        id=f"{PREFIX}{area}",
        kind=told["kind"],
        path=folder / told["file"],
        minzoom=told["minzoom"],
        maxzoom=told["maxzoom"],
        bounds=tuple(told["bounds"]),
        attribution=told["attribution"],
        signature=told["signature"],
    )


def refresh_base(home: Home, area: Area, found: Mapping[str, Source]) -> None:
    """Draw the base layer again when the sources that it shows have changed."""
    kind, used = _chosen(found)
    if not used:
        return
    made_from = " ".join([_STYLE, kind, *(source.sha256 for source in used)])
    signature = hashlib.sha256(made_from.encode()).hexdigest()
    now = base_layer(home, area.id)
    if now is not None and now.signature == signature and now.path.is_file():
        return
    file = f"{signature[:12]}.pmtiles"
    folder = home.area(area.id) / "base"
    lowest, highest = _draw(area, kind, used, folder / file)
    document = {
        "kind": kind,
        "file": file,
        "minzoom": lowest,
        "maxzoom": highest,
        "bounds": [round(v, 6) for v in area.grid.lonlat_bounds()],
        "attribution": ", ".join(sorted({s.licence for s in used if s.licence})),
        "signature": signature,
        "format": 1,
    }
    write_json(folder / "base.json", document)
    if now is not None and now.path.name != file:
        now.path.unlink(missing_ok=True)


def _chosen(found: Mapping[str, Source]) -> tuple[str, list[Source]]:
    if "ortho" in found:
        return "imagery", [found["ortho"]]
    if {"red", "green", "blue"} <= set(found):
        return "imagery", [found[key] for key in ("red", "green", "blue")]
    elevation = found.get("dem") or found.get("dsm")
    return "hillshade", [elevation] if elevation else []


def _draw(area: Area, kind: str, used: list[Source], out: Path) -> tuple[int, int]:
    metadata = {"name": f"{area.name}, {kind}", "type": "baselayer"}
    if kind == "imagery":
        stretch = used[0].key != "ortho"
        return write_imagery([s.path for s in used], out, stretch=stretch, metadata=metadata)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".relief-", dir=out.parent) as scratch:
        relief = Path(scratch) / "relief.tif"
        with cog_writer(relief, area.grid) as writer:
            for window in windows(area.grid):
                wide = grown(window, 1, area.grid)
                light = hillshade(read_on_grid(used[0], area.grid, wide), area.grid.window(wide))
                top, left = window.row - wide.row, window.col - wide.col
                part = light[top : top + window.rows, left : left + window.cols]
                writer.write(np.clip(60 + 190 * part, 0, 255), window)
        return write_imagery([relief], out, stretch=False, metadata=metadata)
