"""Checkpoints: tensors and plain numbers, replaced at one stroke, read back without pickle."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from geoml.errors import CorruptFile
from geoml.files import replacing
from geoml.learning.segmentation.deep import torch

State: TypeAlias = Mapping[str, Any]
"""Tensors, numbers, texts, and lists and dicts of them."""

LAST, BEST = "last.pt", "best.pt"


def save(path: Path, state: State) -> None:
    """Write a checkpoint; a crash at any point leaves the earlier one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as scratch:
        torch().save(dict(state), scratch)


def load(path: Path) -> dict[str, Any] | None:
    """The checkpoint, or None where there is none yet; nothing in it is ever executed.

    Raises CorruptFile for what is no checkpoint.
    """
    if not path.is_file():
        return None
    if not zipfile.is_zipfile(path):
        raise _broken(path, "not even an archive")
    try:
        found: dict[str, Any] = torch().load(path, weights_only=True, map_location="cpu")
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        raise _broken(path, str(error).splitlines()[0]) from error
    return found


def _broken(path: Path, got: str) -> CorruptFile:
    return CorruptFile(
        "not a checkpoint of a training",
        where=str(path),
        got=got,
        next_step="remove it to begin again, or train with --no-resume",
    )
