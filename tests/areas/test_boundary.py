import math

import geopandas
import pytest
import shapely

from geoml.areas.boundary import from_bbox, from_file
from geoml.errors import BandNeeded, InvalidArgument, UnreadableFile


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


def test_a_layer_of_a_file_is_named_behind_a_colon(tmp_path):
    path = tmp_path / "communes.gpkg"
    for layer, side in (("town", 0.1), ("a:region", 0.5)):
        box = shapely.box(2.0, 48.0, 2.0 + side, 48.0 + side)
        frame = geopandas.GeoDataFrame(geometry=[box], crs="EPSG:4326")
        frame.to_file(path, layer=layer, engine="pyogrio")
    assert from_file(tmp_path / "communes.gpkg:town").area == pytest.approx(0.01)
    with pytest.raises(BandNeeded, match="town"):
        from_file(path)
