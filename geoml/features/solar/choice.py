"""Which sky an area is answered under: its own file, what PVGIS said once, or its latitude's."""

from __future__ import annotations

from pathlib import Path

from geoml.features.solar.pvgis import Door, pvgis_sky
from geoml.features.solar.sky import Sky, read_sky, sky_at

OWN, FETCHED = "sky.toml", "pvgis.json"
"""Files in the folder of an area."""


def sky_of(
    folder: Path,
    latitude: float,
    longitude: float,
    *,
    online: bool = False,
    altitude_m: float = 0.0,
    door: Door | None = None,
) -> Sky:
    """The best sky that is known of a place in degrees, from the files in its area's folder.

    ``sky.toml`` where the town wrote one (``read_sky``), else ``pvgis.json`` where PVGIS was asked
    before, or may be asked now because ``online`` is true (``pvgis_sky``), else the packaged sky of
    the latitude. Errors are those of the three.
    """
    own = folder / OWN
    if own.is_file():
        return read_sky(own, latitude)
    cache = folder / FETCHED
    asked = pvgis_sky(latitude, longitude, cache, online=online, altitude_m=altitude_m, door=door)
    return asked or sky_at(latitude)
