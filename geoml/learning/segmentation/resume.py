"""Finished strips on the disk, so that what was killed goes on where it was."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geoml.files import alone, replacing
from geoml.types import Bytes2D

_SUFFIX = ".npz"


@dataclass(frozen=True, slots=True)
class Parts:
    """The strips of one run that are done, one file each; a file is there whole or not at all."""

    folder: Path

    def done(self) -> int:
        """How many strips from the first on are there without a gap."""
        number = 0
        while self._path(number).is_file():
            number += 1
        return number

    def keep(self, number: int, rows: Bytes2D) -> None:
        """Keep a strip, atomically."""
        with replacing(self._path(number)) as temporary:
            np.savez_compressed(temporary, rows=rows)

    def every(self, count: int) -> Iterator[Bytes2D]:
        """The strips again, from north to south."""
        for number in range(count):
            with np.load(self._path(number), allow_pickle=False) as kept:
                yield kept["rows"]

    def _path(self, number: int) -> Path:
        return self.folder / f"strip-{number:05d}{_SUFFIX}"


@contextmanager
def parts(root: Path, *inputs: str) -> Iterator[Parts]:
    """The strips kept in ``root`` for these inputs; gone when the run ends well.

    ``inputs`` say all that the strips depend on. Strips of other inputs are removed: they are of no
    use any more. Raises Busy while another process works here.
    """
    with alone(root, wait=False):
        name = hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:32]
        for left in root.iterdir():
            if left.is_dir() and left.name != name:
                shutil.rmtree(left, ignore_errors=True)
        folder = root / name
        folder.mkdir(exist_ok=True)
        for torn in folder.glob(".strip-*"):  # written while the process was killed
            torn.unlink()
        yield Parts(folder)
        shutil.rmtree(folder)
