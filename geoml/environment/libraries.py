"""GDAL, twice, and PROJ: what their children found, as findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geoml.environment.children import Answer
from geoml.environment.finding import Finding
from geoml.environment.projection import KNOWN

RASTER = "geoml.raster.abilities:abilities"
VECTOR = "geoml.vector.abilities:abilities"
PROJ = "geoml.environment.projection:projection"
DEVICE = "geoml.environment.device:device"
DOOR = "geoml.learning.torchvision_ops:make_importable"

_STALE_PROJ = "unset PROJ_LIB PROJ_DATA GDAL_DATA, then: pip install --force-reinstall pyproj"


def gdal(package: str, answer: Answer) -> list[Finding]:
    """Version, drivers and safety settings of the GDAL inside ``rasterio`` or ``pyogrio``."""
    name = f"GDAL of {package}"
    reinstall = f"pip install --force-reinstall {package}"
    if answer.broken:
        return [Finding("gdal", name, "broken", answer.broken, "it runs", (), reinstall)]
    told: Mapping[str, Any] = answer.value
    absent = [driver for driver, there in told["drivers"].items() if not there]
    loose = [setting for setting, holds in told["settings"].items() if not holds]
    drivers = Finding("gdal", f"  drivers of {package}", "ok", ", ".join(told["drivers"]))
    settings = Finding("gdal", f"  settings of {package}", "ok", "; ".join(told["settings"]))
    if absent:
        got = f"without {', '.join(absent)}"
        step = f"{reinstall} (with conda: conda install -c conda-forge libgdal-jp2openjpeg)"
        drivers = Finding("gdal", drivers.name, "missing", got, drivers.got, (), step)
    if loose:
        got = f"does not hold: {'; '.join(loose)}"
        settings = Finding("gdal", settings.name, "broken", got, settings.got, (), reinstall)
    return [Finding("gdal", name, "ok", told["version"]), drivers, settings]


def proj(answer: Answer, raster: Answer) -> list[Finding]:
    """PROJ's version, data and known answers; rasterio's own PROJ must give the same."""
    if answer.broken:
        return [Finding("proj", "PROJ", "broken", answer.broken, "it runs", (), _STALE_PROJ)]
    told: Mapping[str, Any] = answer.value
    wrong = [code for code, miss in told["misses_m"].items() if not miss < 0.01]
    wrong += [f"{code} (a grid is missing)" for code, best in told["best"].items() if not best]
    if not raster.broken and raster.value:
        x, y = raster.value["lambert"]
        if not max(abs(x - KNOWN["EPSG:2154"][2]), abs(y - KNOWN["EPSG:2154"][3])) < 0.01:
            wrong.append("EPSG:2154 in rasterio")
    found = [Finding("proj", "PROJ", "ok", told["version"])]
    if told["database"]:
        found.append(Finding("proj", "  data", "ok", told["folder"]))
    else:
        got = f"no proj.db in {told['folder']}"
        found.append(Finding("proj", "  data", "broken", got, "proj.db", (), _STALE_PROJ))
    if told["network"]:
        step = "unset PROJ_NETWORK (or export PROJ_NETWORK=OFF)"
        found.append(Finding("proj", "  network", "broken", "on", "off", (), step))
    else:
        found.append(Finding("proj", "  network", "ok", "off", "off"))
    known = ", ".join(KNOWN)
    if wrong:
        got = f"wrong or missing: {', '.join(wrong)}"
        found.append(Finding("proj", "  coordinates", "broken", got, known, (), _STALE_PROJ))
    else:
        found.append(Finding("proj", "  coordinates", "ok", known))
    return found


def torchvision(answer: Answer) -> Finding:
    """Whether torchvision's native library loads beside this PyTorch (learning/torchvision_ops)."""
    name, extras = "torchvision, native", ("deep",)
    if answer.broken:
        step = "pip install --force-reinstall torchvision"
        return Finding("machine", name, "broken", answer.broken, "", extras, step)
    if answer.value:
        return Finding("machine", name, "ok", "its library loads", "", extras)
    got = "its library does not fit this PyTorch: encoders work, nms does not"
    return Finding("machine", name, "note", got, "", extras)


def device(answer: Answer | None) -> Finding:
    """What PyTorch would compute on; without PyTorch, which extra brings it."""
    if answer is None:
        got = "cpu; no PyTorch here (extra [deep]: make env-deep)"
        return Finding("machine", "device", "ok", got)
    if answer.broken:
        step = "pip install --force-reinstall torch"
        return Finding("machine", "device", "broken", answer.broken, "", ("deep",), step)
    got = f"{answer.value['device']} ({answer.value['name']})"
    return Finding("machine", "device", "ok", got, "", ("deep",))
