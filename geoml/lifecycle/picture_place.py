"""Where a picture of somebody is and how large its pixels are: what it says and what is told."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geoml.errors import InvalidArgument, OversizedHeader
from geoml.raster.grid import transformer
from geoml.raster.picture import LARGEST_PX, Picture

if TYPE_CHECKING:
    from affine import Affine

    from geoml.learning.segmentation.spec import Spec

LONLAT: Final = "OGC:CRS84"
MOST_WORK: Final = 2
"""How many times the pixels of the largest picture the model may be made to look at."""
_ALIKE, _NEAR_DEG = 0.02, 0.5


def agreed(picture: Picture, gsd_m: float, latitude: float) -> Picture:
    """The picture with a pixel size: its file's own, else ``gsd_m`` (metres), which may be NaN.

    Raises InvalidArgument where the file says something else: pixels of another size by more than
    2 %, or a middle more than half a degree from ``latitude``. Areas would not be those of the
    outlines, and energy not that of the place.
    """
    own = picture.gsd_m
    if own is None:
        return picture if math.isnan(gsd_m) else replace(picture, gsd_m=gsd_m)
    if abs(gsd_m / own - 1) > _ALIKE:
        raise _contradiction("gsd", f"{own:.4g} m per pixel", f"{gsd_m:.4g}")
    lat, _ = middle(picture, math.nan)
    if abs(latitude - lat) > _NEAR_DEG:
        raise _contradiction("lat", f"{lat:.4g} degrees", f"{latitude:.4g}")
    return picture


def middle(picture: Picture, told: float) -> tuple[float, float]:
    """Latitude and longitude of the middle of a picture; what was told, and NaN, without one."""
    if picture.crs is None or picture.transform is None:
        return told, math.nan if math.isnan(told) else 0.0
    rows, cols = picture.rgb.shape[:2]
    point = shapely.points([[cols / 2, rows / 2]])
    ((lon, lat),) = shapely.get_coordinates(on_earth(point, picture.crs, picture.transform))
    return float(lat), float(lon)


def on_earth(drawn: Any, crs: str, transform: Affine) -> Any:  # noqa: ANN401 - shapes
    """Shapes in pixels as shapes in longitude and latitude."""
    a, b, c, d, e, f = tuple(transform)[:6]
    to_lonlat = transformer(crs, LONLAT)

    def place(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = (xy @ np.array([[a, d], [b, e]]) + (c, f)).T
        return np.stack(to_lonlat.transform(x, y), axis=1)

    return shapely.transform(drawn, place)


def check_work(spec: Spec, shape: tuple[int, int], gsd_m: float) -> None:
    """Raise OversizedHeader for a picture of more pixels than one answer may take.

    What counts are the pixels that the network looks at: those of ``shape`` (rows, cols), each of
    ``gsd_m`` metres, brought to the size that the model works at. Raises OutOfRange for pixels
    that the model cannot work with at all.
    """
    spec.check_gsd(gsd_m)
    working_m = spec.working_gsd(gsd_m)
    work, most = math.prod(shape) * (gsd_m / working_m) ** 2, MOST_WORK * LARGEST_PX**2
    if work <= most:
        return
    side = math.isqrt(int(most * (working_m / gsd_m) ** 2))
    raise OversizedHeader(
        f"too large for a single picture, enlarged to the model's {working_m:g} m per pixel",
        expected=f"at most {side} x {side} pixels of {gsd_m:.3g} m",
        got=f"{shape[1]} x {shape[0]}",
        next_step="cut it, or ingest it as the ortho of an area and run the service there",
    )


def _contradiction(name: str, expected: str, got: str) -> InvalidArgument:
    return InvalidArgument(
        "not what the georeference of the file says",
        where=name,
        expected=expected,
        got=got,
        next_step=f"leave {name} out, or put the georeference right",
    )
