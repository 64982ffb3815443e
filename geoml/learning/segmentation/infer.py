"""From a picture of any size to a probability for every pixel, in memory that does not grow."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.errors import EmptySource, InvalidArgument
from geoml.files import sha256
from geoml.learning.segmentation.engine import Engine
from geoml.learning.segmentation.rescale import Pixels, Rescaled, Source
from geoml.learning.segmentation.resume import parts
from geoml.learning.segmentation.spec import Spec
from geoml.learning.segmentation.strips import Progress, strips
from geoml.learning.segmentation.windows import Tiling
from geoml.raster.cog import cog_writer
from geoml.raster.grid import Grid, Window
from geoml.raster.picture import Ortho, open_ortho
from geoml.types import Array, Bytes2D, Mask

WINDOW_PX = 1024
SCALE, OFFSET = 1 / 254, -1 / 254
"""probability = byte * SCALE + OFFSET; the byte 0 is unknown."""


def predict_chip(
    engine: Engine,
    spec: Spec,
    rgb: NDArray[np.uint8],
    gsd_m: float,
    *,
    known: Mask | None = None,
    window_px: int = WINDOW_PX,
) -> Array:
    """Probability float32 (rows, cols), 0..1, on the picture's own pixels; NaN where unknown.

    ``rgb`` are bytes of shape (rows, cols, 3); ``gsd_m`` is the side of a pixel on the ground in
    metres; ``known`` (rows, cols) is false where the picture has nothing.

    Raises InvalidArgument for another shape or type, OutOfRange for pixels too coarse.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or not rgb.size:
        raise InvalidArgument(
            "not a picture",
            expected="bytes of shape (rows, cols, 3)",
            got=f"{rgb.dtype} of shape {rgb.shape}",
        )
    spec.check_gsd(gsd_m)
    whole = np.ones(rgb.shape[:2], np.bool_) if known is None else known
    own = Pixels(rgb.transpose(2, 0, 1), whole)
    ratio = spec.working_gsd(gsd_m) / gsd_m
    working: Source = own if ratio == 1.0 else Rescaled.to(own, (ratio, ratio))
    tiling = Tiling(working.shape, window_px, spec.halo_px, stride=spec.stride)
    found = np.concatenate(list(strips(engine, working, tiling)))
    if ratio != 1.0:
        found = _brought_back(found, ratio, own.shape)
    found[~whole] = np.nan
    return found


def _brought_back(found: Array, ratio: float, shape: tuple[int, int]) -> Array:
    seen = np.isfinite(found)
    back = Rescaled(Pixels(found[None], seen), (1 / ratio, 1 / ratio), shape)
    values, known = back.read(Window(0, 0, *shape))
    return np.where(known, values[0], np.float32(np.nan))


def write_probability(
    engine: Engine,
    spec: Spec,
    ortho: Path,
    out: Path,
    *,
    window_px: int = WINDOW_PX,
    taper_px: int = 0,
    progress: Progress | None = None,
    resume_dir: Path | None = None,
    ortho_sha256: str | None = None,
) -> dict[str, Any]:
    """Write the probability of every pixel of an ortho as a COG of bytes; what was done, as JSON.

    The file lies on the working grid: the ortho's CRS and corner, pixels of ``spec.gsd_m`` unless
    the ortho's own are within 20 % of it. A byte is ``1 + round(p * 254)``, 0 is unknown; scale
    and offset say so. ``window_px`` is the side of a window without its halo; with ``taper_px``
    neighbours are blended over that many pixels on each side of a seam (see ``windows``).

    Memory is a strip of one window's height over the whole width, and what the net takes for one
    window. With ``resume_dir`` finished strips are kept there until the COG stands, so that the
    same call after a kill goes on where the other one was; ``ortho_sha256`` spares reading the
    ortho once more to recognise it. ``out`` is the old file or the new one, never half of it.

    Raises what ``open_ortho`` raises, OutOfRange for pixels too coarse, EmptySource where the
    ortho holds nothing, NoSpace, and Busy where another run works in ``resume_dir``.
    """
    began = time.monotonic()
    with open_ortho(ortho) as picture:
        for side in picture.gsd_m:
            spec.check_gsd(side, str(ortho))
        working, grid = on_working_grid(picture, spec)
        tiling = Tiling(grid.shape, window_px, spec.halo_px, taper_px, spec.stride)
        run = _Run(engine, working, tiling, progress)
        if resume_dir is None:
            known = _write(run, map(encoded, run.rows()), grid, out, ortho)
        else:
            digest = ortho_sha256 or sha256(ortho)
            with parts(resume_dir, digest, spec.sha256, engine.label, repr(tiling)) as kept:
                _sweep(out)
                for number, found in enumerate(run.rows(kept.done()), kept.done()):
                    kept.keep(number, encoded(found))
                known = _write(run, kept.every(tiling.strips), grid, out, ortho)
    return {
        "engine": engine.label,
        "model_sha256": spec.sha256,
        "gsd_m": [round(side, 4) for side in working_gsd(picture, spec)],
        "ortho_gsd_m": [round(side, 4) for side in picture.gsd_m],
        "shape": list(grid.shape),
        "window_px": window_px,
        "halo_px": spec.halo_px,
        "taper_px": taper_px,
        "known_percent": round(100.0 * known / (grid.rows * grid.cols), 2),
        "seconds": round(time.monotonic() - began, 1),
        "notes": list(picture.notes),
    }


@dataclass(frozen=True, slots=True)
class _Run:
    engine: Engine
    source: Source
    tiling: Tiling
    progress: Progress | None

    def rows(self, first: int = 0) -> Iterator[Array]:
        return strips(self.engine, self.source, self.tiling, first=first, progress=self.progress)


def _write(run: _Run, rows: Iterator[Bytes2D], grid: Grid, out: Path, ortho: Path) -> int:
    """Write the COG; how many of its pixels are known."""
    known = row = 0
    with cog_writer(
        out,
        grid,
        dtype="uint8",
        nodata=0,
        bands=("probability",),
        scaling=(SCALE, OFFSET),
        tags={"engine": run.engine.label},
    ) as writer:
        for part in rows:
            if len(part):
                writer.write(part, Window(row, 0, *part.shape))
            row, known = row + len(part), known + int(np.count_nonzero(part))
        if not known:
            raise EmptySource(
                "nothing but nodata in the picture",
                where=str(ortho),
                expected="one known pixel or more",
                got="nodata everywhere",
                next_step="check the file in QGIS, its nodata value and its alpha band",
            )
    return known


def _sweep(out: Path) -> None:
    """Remove what a run left beside ``out`` that was killed while it made the COG of its strips.

    Only one run works in a folder of strips, so that nobody else is at it.
    """
    left = re.compile(rf"\.{re.escape(out.stem)}-[0-9a-f]{{8}}(-plain)?{re.escape(out.suffix)}.*")
    for path in out.parent.glob(f".{out.stem}-*"):
        if left.fullmatch(path.name):
            path.unlink()


def encoded(probability: Array) -> Bytes2D:
    """Bytes of ``probability.tif``: ``1 + round(p * 254)``, and 0 where unknown."""
    known = np.isfinite(probability)
    coded = 1 + np.rint(254 * np.where(known, probability, 0)).astype(np.uint8)
    out: Bytes2D = np.where(known, coded, 0).astype(np.uint8)
    return out


def working_gsd(picture: Ortho, spec: Spec) -> tuple[float, float]:
    """Metres per pixel that an ortho is worked at, along x and y."""
    x, y = picture.gsd_m
    return spec.working_gsd(x), spec.working_gsd(y)


def on_working_grid(picture: Ortho, spec: Spec) -> tuple[Source, Grid]:
    """An ortho in pixels of the size that the model works at, and the grid of those."""
    wanted, own = working_gsd(picture, spec), picture.gsd_m
    ratio_x, ratio_y = wanted[0] / own[0], wanted[1] / own[1]
    grid = picture.grid
    if (ratio_x, ratio_y) == (1.0, 1.0):
        return picture, grid
    finer = Rescaled.to(picture, (ratio_y, ratio_x))
    pixel_x, pixel_y = grid.pixel_x * ratio_x, grid.pixel_y * ratio_y
    return finer, Grid(grid.crs, grid.west, grid.north, pixel_x, pixel_y, *finer.shape)
