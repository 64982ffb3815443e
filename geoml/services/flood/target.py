"""From a flood that was observed or modelled to what is learned: under water or not."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from geoml.errors import GridMismatch, InvalidArgument, NotEnoughData
from geoml.raster.grid import Grid
from geoml.types import Array, Features, Mask, Text

EXTENT = "flood_extent"
THRESHOLD_M = 0.1
"""A place counts as flooded above this depth, unless the one who trains says another."""

_MODE = re.compile(r"(?P<depth>auto|\d{1,2}(\.\d{1,3})?)(@(?P<years>[1-9]\d{0,4})y)?")


def target_of(
    label: Array,
    features: Features,  # noqa: ARG001 - water is relative to nothing
    grid: Grid,
    *,
    inside: Mask | None,  # noqa: ARG001
    mode: str = "auto",
    source: str = "",
) -> tuple[Array, dict[str, Any]]:
    """1 where the label says water, 0 where it says dry, NaN where it is silent; and how.

    ``label`` on ``grid`` is a depth in metres (``flood_depth``), water above the threshold, or the
    class of an extent (``flood_extent``): 0 is dry, every class from 1 on is wet. ``source`` says
    which of the two it is. ``mode`` is ``auto`` for 0.1 m, or names the threshold in metres and,
    where it is known, the return period of the flood: ``0.3``, ``0.3@100y`` or ``auto@100y``.
    Raises NotEnoughData where nothing is known, and InvalidArgument for a depth of an extent.
    """
    extent = source == EXTENT
    depth, years = _asked(mode, extent)
    if label.shape != grid.shape:
        raise GridMismatch(
            "not on the analysis grid",
            where="label",
            expected=str(grid.shape),
            got=str(label.shape),
        )
    known = np.isfinite(label)
    if not known.any():
        raise NotEnoughData(
            "the flood label knows no cell of this area",
            expected="depths or classes inside the area",
            got="no known cell",
            next_step="ingest a flood_depth or flood_extent that reaches the area",
        )
    wet: Array = np.where(known, label > depth, np.nan).astype(np.float32)
    return wet, {
        "mode": mode,
        "threshold_m": None if extent else depth,
        "return_period_years": years,
        "flooded_percent": round(100.0 * float(np.mean(wet[known])), 2),
        "relative_to_area": False,
        "text": _text(None if extent else depth, years).as_dict(),
    }


def _asked(mode: str, extent: bool) -> tuple[float, int | None]:
    """Threshold in metres, return period in years or None."""
    found = _MODE.fullmatch(mode)
    if found is not None and extent and found["depth"] != "auto":
        raise InvalidArgument(
            "an extent says nothing about depth",
            where="reference",
            expected="auto, or with a return period such as auto@100y",
            got=repr(mode)[:80],
            next_step="leave --reference out, or ingest a flood_depth",
        )
    if found is None:
        raise InvalidArgument(
            "not a depth that counts as flooded",
            where="reference",
            expected="auto, metres such as 0.3, or with a return period such as 0.3@100y",
            got=repr(mode)[:80],
        )
    depth = THRESHOLD_M if found["depth"] == "auto" else float(found["depth"])
    return depth, int(found["years"]) if found["years"] else None


def _text(depth: float | None, years: int | None) -> Text:
    """What counts as flooded, above a depth or inside an extent, and how often such water comes."""
    if depth is None:
        wet = Text(
            fr="inondé veut dire dans l'étendue cartographiée",
            en="flooded means inside the mapped extent",
        )
    else:
        fr_depth = f"{depth:g}".replace(".", ",")
        wet = Text(
            fr=f"inondé veut dire plus de {fr_depth}\u00a0m d'eau",
            en=f"flooded means more than {depth:g}\u00a0m of water",
        )
    if years is None:
        often = Text(
            fr=" ; la fréquence d'une telle crue est inconnue",
            en="; how often such a flood comes is unknown",
        )
    else:
        often = Text(
            fr=f", dans une crue qui revient en moyenne tous les {years}\u00a0ans",
            en=f", in a flood that comes once in {years}\u00a0years on average",
        )
    return Text(fr=wet.fr + often.fr, en=wet.en + often.en)
