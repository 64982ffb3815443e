"""Outlines of the roofs of Banepa, from its labels as if a perfect network had seen them."""

import numpy as np
import pytest
import shapely
from affine import Affine
from PIL import Image
from rasterio.features import rasterize

from geoml.learning.segmentation.metrics import count_pixels, scores
from geoml.vector.outlines import Rules, outlines_of

pytestmark = pytest.mark.real_data
GSD_M = 0.1323


@pytest.fixture(scope="module", params=["OAM-386690-220241-19", "OAM-386693-220245-19"])
def seen(request, real_data):
    """(mask of a chip, outlines of it in pixels)."""
    path = real_data / "ortho" / "banepa" / "masks_derived" / f"{request.param}.png"
    mask = np.asarray(Image.open(path)) > 0
    return mask, outlines_of(mask.astype(np.float32), GSD_M)


def test_outlines_tell_the_roofs_with_few_corners(seen):
    mask, found = seen
    drawn = rasterize(found.geometry, mask.shape, transform=Affine.identity()).astype(bool)
    got = scores("banepa", [count_pixels(drawn, mask, gsd_m=GSD_M)])
    assert got.iou > 0.9
    assert abs(got.area_bias_pct) < 3
    assert (found["reg_status"] == "regularised").mean() > 0.8
    plain = outlines_of(mask.astype(np.float32), GSD_M, rules=Rules(regularise=False))
    assert found["vertices"].mean() < 0.6 * plain["vertices"].mean()


def test_outlines_are_valid_and_apart(seen):
    shapes = np.asarray(seen[1].geometry.array, dtype=object)
    assert shapely.is_valid(shapes).all()
    i, j = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    meet = i < j
    assert shapely.area(shapely.intersection(shapes[i[meet]], shapes[j[meet]])).sum() == 0
