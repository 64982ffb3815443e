"""GDAL's own programs against the shipped server: features, map tiles, files."""

import json
import re

import geopandas
import numpy as np
import pytest
import rasterio

from geoml.raster.webgrid import HALF_WORLD

pytestmark = pytest.mark.slow

XYZ = """<GDAL_WMS><Service name="TMS"><ServerUrl>{url}</ServerUrl></Service><DataWindow>
<UpperLeftX>{west}</UpperLeftX><UpperLeftY>{north}</UpperLeftY><LowerRightX>{north}</LowerRightX>
<LowerRightY>{west}</LowerRightY><TileLevel>{zoom}</TileLevel><TileCountX>1</TileCountX>
<TileCountY>1</TileCountY><YOrigin>top</YOrigin></DataWindow><Projection>EPSG:3857</Projection>
<BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>4</BandsCount></GDAL_WMS>"""


@pytest.fixture(params=["", "-cells"], ids=["units", "cells"])
def collection(request, service_name):
    return f"{service_name}-town{request.param}"


@pytest.fixture
def document(get, collection):
    return json.loads(get(f"/collections/{collection}"))


def test_ogrinfo_lists_what_the_api_lists(gdal, get, address):
    told = gdal("ogrinfo", "-so", f"OAPIF:{address}")
    listed = json.loads(get("/collections"))["collections"]
    for one in listed:
        assert f": {one['id']} (title: {one['title']})" in told


def test_staff_collections_are_there_for_who_shows_a_token(
    gdal, get, address, bearer, doors, hidden, tmp_path
):
    listed, all_listed = (
        gdal("ogrinfo", "-so", f"OAPIF:{address}", *more) for more in ((), bearer)
    )
    assert hidden
    for name in hidden:
        assert f": {name} (title: " not in listed
        assert f": {name} (title: " in all_listed
        out = tmp_path / f"{name}.gpkg"
        options = ("-oo", "PAGE_SIZE=2000", *bearer)
        gdal("ogr2ogr", "-f", "GPKG", out, f"OAPIF:{address}", name, *options)
        told = json.loads(get(f"/collections/{name}", **doors.staff))
        assert len(geopandas.read_file(out)) == told["numberOfFeatures"] > 0


def test_ogr2ogr_pages_through_all_features(gdal, address, tmp_path, document, collection):
    out = tmp_path / "all.gpkg"
    gdal("ogr2ogr", "-f", "GPKG", out, f"OAPIF:{address}", collection, "-oo", "PAGE_SIZE=500")
    table = geopandas.read_file(out)
    assert len(table) == document["numberOfFeatures"] > 500
    assert table["id"].is_unique


def test_ogrinfo_counts_and_bounds_as_the_collection_says(gdal, address, document, collection):
    told = gdal("ogrinfo", "-so", f"OAPIF:{address}", collection)
    assert f"Feature Count: {document['numberOfFeatures']}" in told
    corners = re.search(r"Extent: \(([-\d.]+), ([-\d.]+)\) - \(([-\d.]+), ([-\d.]+)\)", told)
    assert [float(v) for v in corners.groups()] == pytest.approx(
        document["extent"]["spatial"]["bbox"][0], abs=1e-6
    )


def test_a_box_gives_the_features_that_meet_it(gdal, get, address, tmp_path, document, collection):
    west, south, east, north = document["extent"]["spatial"]["bbox"][0]
    box = (west + (east - west) * 0.4, south + (north - south) * 0.4,
           west + (east - west) * 0.5, south + (north - south) * 0.5)  # fmt: skip
    out = tmp_path / "box.gpkg"
    gdal("ogr2ogr", "-f", "GPKG", out, f"OAPIF:{address}", collection, "-spat", *box)
    asked = ",".join(str(v) for v in box)
    told = json.loads(get(f"/collections/{collection}/items?limit=10000&bbox={asked}"))
    assert told["numberMatched"] == told["numberReturned"] > 0
    assert set(geopandas.read_file(out)["id"]) == {one["id"] for one in told["features"]}


def test_another_crs_is_what_gdal_would_have_made_of_it(
    gdal, address, tmp_path, document, collection
):
    storage = document["storageCrs"]
    number = storage.rpartition("/")[2]
    served = geopandas.read_file(
        f"{address}/collections/{collection}/items?f=json&limit=200&crs={storage}"
    )
    out = tmp_path / "moved.gpkg"
    options = ("-limit", "200", "-t_srs", f"EPSG:{number}")
    gdal("ogr2ogr", "-f", "GPKG", out, f"OAPIF:{address}", collection, *options)
    moved = geopandas.read_file(out).set_index("id")
    for fid, shape in zip(served["id"], served.geometry, strict=True):
        there = moved.loc[fid].geometry
        assert shape.distance(there) == 0
        assert shape.hausdorff_distance(there) < 0.05  # metres; degrees have 7 decimals


def window(get, score):
    """The pixels of the finished tiles of the highest zoom, as GDAL should see them."""
    told = json.loads(get(f"/tiles/{score}/tilejson.json"))
    return told["maxzoom"]


@pytest.mark.parametrize("style", ["default", "viridis"])
def test_wmts_pixels_are_those_of_the_tiles(gdal, get, address, tmp_path, score, style):
    out = tmp_path / "wmts.tif"
    source = f"WMTS:{address}/wmts/{score}/1.0.0/WMTSCapabilities.xml,layer={score},style={style}"
    gdal("gdal_translate", "-q", source, out)
    compared = compare(get, out, f"/tiles/{score}/{{z}}/{{x}}/{{y}}.png?style={style}", score)
    assert compared > 10_000


def test_xyz_pixels_are_those_of_the_tiles(gdal, get, address, tmp_path, score):
    zoom = window(get, score)
    url = f"{address}/tiles/{score}/${{z}}/${{x}}/${{y}}.png"
    place = {"west": -HALF_WORLD, "north": HALF_WORLD}
    (tmp_path / "xyz.xml").write_text(XYZ.format(url=url, zoom=zoom, **place))
    west, south, east, north = json.loads(get(f"/tiles/{score}/tilejson.json"))["bounds"]
    out = tmp_path / "xyz.tif"
    box = ("-projwin", west, north, east, south, "-projwin_srs", "EPSG:4326")
    gdal("gdal_translate", "-q", *box, tmp_path / "xyz.xml", out)
    assert compare(get, out, f"/tiles/{score}/{{z}}/{{x}}/{{y}}.png", score) > 10_000


def compare(get, path, template, score):
    """Every pixel of a picture in EPSG:3857 against the tile it lies in; how many there were."""
    zoom = window(get, score)
    with rasterio.open(path) as picture:
        pixels = picture.read()
        size = 2 * HALF_WORLD / (256 << zoom)
        assert picture.res == pytest.approx((size, size), rel=1e-6)
        left = round((picture.bounds.left + HALF_WORLD) / size)
        top = round((HALF_WORLD - picture.bounds.top) / size)
    _, rows, cols = pixels.shape
    for y in range(top // 256, (top + rows - 1) // 256 + 1):
        for x in range(left // 256, (left + cols - 1) // 256 + 1):
            tile = rgba(get(template.format(z=zoom, x=x, y=y)))
            low_row, low_col = max(y * 256, top), max(x * 256, left)
            high_row = min((y + 1) * 256, top + rows)
            high_col = min((x + 1) * 256, left + cols)
            seen = pixels[:, low_row - top : high_row - top, low_col - left : high_col - left]
            drawn = tile[:, low_row - y * 256 : high_row - y * 256]
            np.testing.assert_array_equal(
                np.where(seen[3] > 0, seen, 0),
                drawn[:, :, low_col - x * 256 : high_col - x * 256],
            )
    return int((pixels[3] > 0).sum())


def rgba(content):
    """Red, green, blue and opacity of a PNG, shape (4, 256, 256); nothing where it is clear."""
    import io

    from PIL import Image

    image = np.asarray(Image.open(io.BytesIO(content)).convert("RGBA")).transpose(2, 0, 1)
    return np.where(image[3] > 0, image, 0)


def test_every_wmts_layer_opens(gdal, address):
    whole = f"WMTS:{address}/wmts/1.0.0/WMTSCapabilities.xml"
    names = re.findall(r"SUBDATASET_\d+_NAME=(.*)", gdal("gdalinfo", whole))
    assert names
    for name in names:
        told = gdal("gdalinfo", name)
        assert "Band 4" in told, name
        assert "ColorInterp=Alpha" in told, name


def test_a_cog_is_read_by_ranges(gdal, get, address, tmp_path, score_file):
    told = gdal("gdalinfo", "-json", "-mm", f"/vsicurl/{address}{score_file}")
    (tmp_path / "score.tif").write_bytes(get(score_file))
    own = gdal("gdalinfo", "-json", "-mm", tmp_path / "score.tif")
    there, here = json.loads(told), json.loads(own)
    for name in ("size", "geoTransform", "bands"):
        assert there[name] == here[name]
    assert get(score_file, Range="bytes=0-99") == (tmp_path / "score.tif").read_bytes()[:100]
