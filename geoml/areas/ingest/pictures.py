"""A picture that somebody sends in: read in a child process, handed over as plain numbers.

The child costs about a second. What it buys: a file that crashes a decoder, fills the memory or
never ends takes the child with it, and not the server that answers everybody else.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine

from geoml.areas.ingest.process import Limits, run
from geoml.errors import DataError, MissingCrs, OutOfRange, OversizedHeader, UnusableGrid, from_dict
from geoml.raster.formats import check_format
from geoml.raster.picture import LARGEST_PX, PICTURE_DRIVERS, Picture, Place, read_picture

LARGEST_BYTES = 64 << 20
_PLACELESS = "; or leave its place out: coordinates=pixel, and gsd for its metres per pixel"
UPLOAD = Limits(memory=2 << 30, cpu_s=20, wall_s=40.0)


def read_upload(
    content: bytes,
    *,
    name: str = "picture",
    place: Place = "needed",
    largest_px: int = LARGEST_PX,
    limits: Limits = UPLOAD,
) -> Picture:
    """A GeoTIFF, JPEG or PNG of a stranger as bytes of colour; as ``read_picture``, in a child.

    What is black or white along its edge is unknown, as in an ortho that is ingested.

    ``name`` is what errors call it. Raises a DataError: what ``read_picture`` raises,
    OversizedHeader beyond ``LARGEST_BYTES``, UnreadableFile when the child did not survive it.
    """
    if len(content) > LARGEST_BYTES:
        raise OversizedHeader(
            "the file is too large",
            where=name,
            expected=f"at most {LARGEST_BYTES >> 20} MiB",
            got=f"{len(content) / (1 << 20):.0f} MiB",
            next_step="cut it, or ingest it as the ortho of an area",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        path.write_bytes(content)
        try:
            check_format(path, PICTURE_DRIVERS)
            task = {
                "task": "picture",
                "path": str(path),
                "options": {"place": place, "largest_px": largest_px},
            }
            return _collected(path, run(task, names=name, limits=limits))
        except DataError as error:  # it names a file that nobody has seen
            parts = {**error.as_dict(), "where": name}
            if isinstance(error, MissingCrs | UnusableGrid | OutOfRange):
                parts["next_step"] += _PLACELESS
            raise from_dict(parts) from None


def stage_picture(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """What the child does: the pixels into files beside ``path``, the facts as JSON."""
    picture = read_picture(path, collar=True, **options)
    np.save(_beside(path, "rgb"), picture.rgb)
    np.save(_beside(path, "known"), picture.known)
    place = picture.transform
    return {
        "crs": picture.crs,
        "transform": list(place)[:6] if place else None,
        "gsd_m": picture.gsd_m,
        "notes": list(picture.notes),
    }


def _collected(path: Path, facts: dict[str, Any]) -> Picture:
    rgb, known = (np.load(_beside(path, part), allow_pickle=False) for part in ("rgb", "known"))
    place = Affine(*facts["transform"]) if facts["transform"] else None
    return Picture(rgb, known, facts["crs"], place, facts["gsd_m"], tuple(facts["notes"]))


def _beside(path: Path, part: str) -> Path:
    return path.with_name(f"{part}.npy")
