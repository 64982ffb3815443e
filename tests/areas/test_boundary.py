import math

import pytest

from geoml.areas.boundary import from_bbox, from_file
from geoml.errors import InvalidArgument, UnreadableFile


@pytest.mark.parametrize(
    ("bbox", "says"),
    [
        ((2.0, 48.0, math.nan, 49.0), "not a number"),
        ((48.0, 2.0, 49.0, 100.0), "order longitude, latitude"),
        ((2.0, 48.0, 181.0, 49.0), "longitude beyond 180"),
        ((2.0, 49.0, 3.0, 48.0), "south that is not below"),
        ((179.0, -18.0, -179.0, -17.0), "date line"),
        ((2.0, 48.0, 2.0, 49.0), "west that is not left"),
    ],
)
def test_a_bad_bbox_says_what_is_wrong_with_it(bbox, says):
    with pytest.raises(InvalidArgument, match=says) as caught:
        from_bbox(bbox)
    assert "--bbox" in caught.value.where
    assert "west,south,east,north" in caught.value.expected


def test_a_good_bbox_is_that_rectangle():
    assert from_bbox((-1, -2, 3, 4)).bounds == (-1, -2, 3, 4)


def test_a_missing_boundary_file_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match=r"commune\.geojson"):
        from_file(tmp_path / "commune.geojson")
