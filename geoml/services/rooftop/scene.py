"""Roofs at 45 degrees north whose sun is known from another equation than the service's own."""

from __future__ import annotations

import numpy as np

from geoml.contract import Scene
from geoml.raster.grid import Grid

from .inputs import AZIMUTH, LATITUDE, SHADING, TILT

PLACE = 45.0
TILTS = (0.0, 15.0, 30.0, 45.0, 60.0)
AZIMUTHS = (0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0)
SUNS = (
    (1346, 1346, 1346, 1346, 1346, 1346, 1346, 1346),
    (1162, 1208, 1317, 1424, 1469, 1424, 1317, 1208),
    (953, 1042, 1248, 1440, 1519, 1440, 1248, 1042),
    (762, 883, 1157, 1396, 1496, 1396, 1157, 883),
    (597, 751, 1045, 1298, 1401, 1298, 1045, 751),
)
"""kWh/m2 a year by tilt and azimuth, without shade, under a sky that is equally bright all over
(Liu and Jordan 1963, doi:10.1016/0038-092X(63)90006-9); a test computes them again."""
_SHADES = (0.0, 0.1, 0.3)


def scene() -> Scene:
    """A street of 120 roofs: every tilt and side of the compass, in three kinds of shade.

    The service takes the sky as brighter around the sun (Hay and Davies), so that the two differ
    by some per cent, most on steep roofs that face north.
    """
    tilt, azimuth, shading = np.meshgrid(TILTS, AZIMUTHS, _SHADES, indexing="ij")
    shape = (len(TILTS) * len(_SHADES), len(AZIMUTHS))
    features = {
        LATITUDE: np.full(shape, PLACE),
        TILT: tilt.transpose(2, 0, 1).reshape(shape),
        AZIMUTH: azimuth.transpose(2, 0, 1).reshape(shape),
        SHADING: shading.transpose(2, 0, 1).reshape(shape),
    }
    truth = np.tile(np.array(SUNS, float), (len(_SHADES), 1)) * (1 - features[SHADING])
    return Scene(
        grid=Grid("EPSG:2154", 843_000.0, 6_440_000.0, 10.0, 10.0, *shape),
        features={name: values.astype(np.float32) for name, values in features.items()},
        label=truth.astype(np.float32),
        inside=np.ones(shape, bool),
        truth=truth.astype(np.float32),
        support_m=10.0,
    )
