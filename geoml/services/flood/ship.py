"""``python -m geoml.services.flood.ship``: write the model that ships with geoml."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from geoml.files import sha256, write_json
from geoml.paths import packaged_models

from .frozen import freeze
from .service import SERVICE

VERSION = "1"
CREATED = "2025-01-01T00:00:00+00:00"


def ship(folder: Path) -> None:
    """Write ``model.json``, ``card.md`` and ``manifest.json`` into an empty folder."""
    manifest = freeze(SERVICE, folder, {"version": VERSION, "created": CREATED})
    files = {file.name: sha256(file) for file in sorted(folder.iterdir())}
    write_json(folder / "manifest.json", {**manifest, "files": files, "format": 1})


def main() -> None:
    """Replace the packaged version by what the code says now."""
    folder = packaged_models(SERVICE.name) / VERSION
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ship(folder)
    sys.stdout.write(f"{folder}\n")


if __name__ == "__main__":
    main()
