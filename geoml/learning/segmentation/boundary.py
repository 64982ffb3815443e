"""How well two masks agree along their edges: the Boundary IoU."""

from __future__ import annotations

import numpy as np

from geoml.errors import InvalidArgument
from geoml.types import Array, Mask


def inner_band(mask: Mask, band_m: float, gsd_m: float) -> Mask:
    """Pixels of ``mask`` at most ``band_m`` from the nearest pixel outside it, centre to centre.

    At least one pixel wide, whatever the band. The edge of the picture is no contour: a roof that
    it cuts goes on behind it (the authors' own code counts it as one). A mask without any outside
    has no contour and no band. Shape (rows, cols); ``gsd_m`` is the side of a pixel in metres.
    Raises InvalidArgument for a band or a pixel that is not above 0.
    """
    if not (band_m > 0 and gsd_m > 0):
        raise InvalidArgument(
            "not a band along the edges of roofs",
            expected="a width and a pixel above 0 m",
            got=f"band {band_m} m, pixel {gsd_m} m",
        )
    if mask.all():
        return np.zeros_like(mask)
    from scipy.ndimage import distance_transform_edt

    distance: Array = distance_transform_edt(mask)
    return mask & (distance <= max(1.0, band_m / gsd_m))


def boundary_counts(
    predicted: Mask, truth: Mask, known: Mask | None, *, band_m: float, gsd_m: float
) -> tuple[int, int]:
    """(shared, joint): pixels in both inner bands, and pixels in either of them.

    Their ratio is the Boundary IoU of Cheng et al. 2021, eq. 2 (doi:10.1109/CVPR46437.2021.01508),
    with the distance given in metres; counts of several pictures add up. Pixels outside ``known``
    are left out of the counts.
    """
    ours, theirs = inner_band(predicted, band_m, gsd_m), inner_band(truth, band_m, gsd_m)
    both, either = ours & theirs, ours | theirs
    if known is not None:
        both, either = both & known, either & known
    return int(np.count_nonzero(both)), int(np.count_nonzero(either))
