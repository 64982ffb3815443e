"""A default TiTiler to compare with, in an environment of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers.running import HERE, environment, free_port, server
from geoml.raster.png import Palette
from tiles.grids import FRANCE


@contextmanager
def titiler(folder: Path, palettes: Mapping[str, Palette]) -> Iterator[int]:
    """Port of one worker that draws any file of this machine; raises Absent."""
    tools = environment(folder, "titiler", Path(sys.executable))
    colours = folder / "colours.json"
    told = {
        "palettes": {name: palette.tolist() for name, palette in palettes.items()},
        "extent": list(FRANCE),
    }
    colours.write_text(json.dumps(told), encoding="utf-8")
    port = free_port()
    command = [tools / "uvicorn", "titiler_app:app", "--app-dir", HERE, "--port", str(port)]
    variables = {
        "GEOML_BENCH_COLOURS": str(colours),
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",  # what TiTiler's documentation advises
    }
    with server([*command, "--log-level", "warning"], variables, port):
        yield port
