"""Every engine that is here, measured on one model; the best one is remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.errors import MissingExtra
from geoml.learning.segmentation.choice import Choice, keep_quantised, remember
from geoml.learning.segmentation.compare import (
    Measured,
    Piece,
    compare,
    generated,
    of_data_set,
    recommended,
)
from geoml.learning.segmentation.engine import engine_of, installed, open_model_folder
from geoml.learning.segmentation.processor import processor
from geoml.learning.segmentation.quantise import quantised
from geoml.learning.segmentation.spec import Spec
from geoml.learning.segmentation.strips import Progress
from geoml.paths import Home

_CANDIDATES = (
    Choice("onnxruntime", "f32"),
    Choice("openvino", "f32"),
    Choice("openvino", "bf16"),
    Choice("onnxruntime", "int8"),
    Choice("openvino", "int8"),
)
_CALIBRATION, _CALIBRATION_PX = 12, 256


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured, which engine is best, and where that is stored (or None)."""

    model: str
    measured: tuple[Measured, ...]
    best: str
    stored: Path | None
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        name, features = processor()
        return {
            "model_sha256": self.model,
            "processor": {"name": name, "features": list(features)},
            "engines": [one.as_dict() for one in self.measured],
            "recommended": self.best,
            "stored": str(self.stored) if self.stored else None,
            "notes": list(self.notes),
        }


def bench(
    home: Home,
    folder: Path,
    *,
    data: Path | None = None,
    quantise: bool = True,
    threads: int = 0,
    pieces: int = 12,
    seconds: float = 3.0,
    store: bool = True,
    progress: Progress | None = None,
) -> Found:
    """Measure the engines of the model in ``folder``; with ``store`` the best one serves from now.

    They are judged on a data set, or on made-up towns. What is not installed is left out and
    noted. Raises CorruptFile for a model that is not its manifest's, and what reading ``data``
    raises.
    """
    spec, content = open_model_folder(folder)
    small, notes = _small(spec, content) if quantise else (None, [])
    candidates, engines = [], []
    for choice in _CANDIDATES:
        if not installed(choice.kind):
            notes.append(f"{choice.label} left out: {MissingExtra.of(choice.kind, choice.kind)}")
            continue
        if choice.precision == "int8" and small is None:
            continue
        chosen = content if choice.precision != "int8" or small is None else small
        engines.append(engine_of(chosen, choice.kind, precision=choice.precision, threads=threads))
        candidates.append(choice)
    shown = of_data_set(data, most=pieces) if data else generated(pieces)
    measured = compare(engines, spec, _told(shown, progress), seconds=seconds)
    best = recommended(measured)
    choice = candidates[measured.index(best)]
    stored = None
    if store:
        stored = _stored(home, spec, choice, small, measured)
    return Found(spec.sha256, measured, best.label, stored, tuple(notes))


def _stored(
    home: Home, spec: Spec, choice: Choice, small: bytes | None, measured: tuple[Measured, ...]
) -> Path:
    if choice.precision == "int8" and small is not None:
        digest = hashlib.sha256(small).hexdigest()
        keep_quantised(home, small, digest)
        choice = replace(choice, quantised_sha256=digest)
    found = {one.label: one.as_dict() for one in measured}
    return remember(home, spec.sha256, choice, found)


def _small(spec: Spec, content: bytes) -> tuple[bytes | None, list[str]]:
    try:
        return quantised(content, _calibration(spec)), []
    except MissingExtra as error:
        return None, [f"int8 left out: {error}"]


def _calibration(spec: Spec) -> Iterator[NDArray[np.uint8]]:
    """Made-up pictures that nothing is judged by, at the pixels that the model works at."""
    from geoml.areas.demo.aerial import chip

    for number in range(_CALIBRATION):
        made = chip(8_000_000 + number, size_px=_CALIBRATION_PX, gsd_m=spec.gsd_m)
        yield np.ascontiguousarray(np.moveaxis(made.rgb, -1, 0))


def _told(pieces: Iterator[Piece], progress: Progress | None) -> Iterator[Piece]:
    for number, piece in enumerate(pieces):
        if progress is not None:
            progress(f"{piece.place}, picture {number + 1}", min(0.99, number / (number + 5)))
        yield piece
