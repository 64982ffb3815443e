"""Everything that is looked at, in one go."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata

from geoml.environment import libraries
from geoml.environment.children import Progress, attempt
from geoml.environment.finding import Finding
from geoml.environment.machine import machine
from geoml.environment.packages import Package, in_use, judged, packages
from geoml.environment.tools import tools


def survey(progress: Progress = lambda *_: None) -> list[Finding]:
    """Look at packages, both GDALs, PROJ, device, machine and tools; nothing is changed.

    What is broken is a finding, never an exception.
    """
    try:
        declared = packages()
    except metadata.PackageNotFoundError:
        return [_not_installed(), *machine(), *tools(developing=False)]
    used = in_use(declared)
    torch = any(one.name == "torch" and one.version for one in declared)
    tried = attempt(_groups(declared, torch=torch), progress)
    raster, vector = tried[libraries.RASTER], tried[libraries.VECTOR]
    return [
        *(judged(one, used, tried) for one in declared),
        *libraries.gdal("rasterio", raster),
        *libraries.gdal("pyogrio", vector),
        *libraries.proj(tried[libraries.PROJ], raster),
        libraries.device(tried[libraries.DEVICE] if torch else None),
        *([libraries.torchvision(tried[libraries.DOOR])] if torch else []),
        *machine(),
        *tools(developing="dev" in used),
    ]


def _groups(declared: Sequence[Package], *, torch: bool) -> list[list[str]]:
    """Tasks by process: those that share imports together, and about as much work in each."""
    serving = [one.module for one in declared if one.module and {"", "serve"} & {*one.extras}]
    learning = [one.module for one in declared if one.module and "learn" in one.extras]
    deep = [one.module for one in declared if one.module and "deep" in one.extras]
    serving = [m for m in serving if m not in learning]
    library = [libraries.RASTER, libraries.VECTOR, libraries.PROJ]
    # The door goes first: torchvision and what imports it may need it (learning/torchvision_ops).
    deep = [libraries.DEVICE, libraries.DOOR, *deep]
    return [[*serving, *library], learning, *([deep] if torch else [])]


def _not_installed() -> Finding:
    got = "its files are here, but it is not installed"
    step = "make env (or: pip install -e '.[serve,learn]')"
    return Finding("package", "geoml", "broken", got, "installed", ("",), step)
