"""TiTiler on layers: the same pixels in other formats, and every door that was left out shut."""

import numpy as np
import pytest
from rasterio.io import MemoryFile

from geoml.raster.pyramid import tile_levels

# rasterio 1.4 multiplies transforms with *, which affine 3 would rather see as @.
AFFINE = "ignore:Use `@` matmul:PendingDeprecationWarning"
pytestmark = [
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
    pytest.mark.filterwarnings(AFFINE),
]


def a_tile(layer):
    first = tile_levels(layer.web_cog)[layer.maxzoom]
    return f"{layer.maxzoom}/{first.x + 1}/{first.y + 1}"


def pixels(content, driver="PNG"):
    with MemoryFile(content) as file, file.open(driver=driver) as image:
        values = image.read()
        if len(values) == 1:
            colours = np.array([image.colormap(1)[i] for i in range(256)], np.uint8)
            values = colours[values[0]].transpose(2, 0, 1)
    return np.where(values[3] > 0, values, 0)


@pytest.mark.parametrize(("name", "style"), [("score", ""), ("score", "greys"), ("flag", "")])
def test_both_lanes_show_the_same(client, town, name, style):
    layer = getattr(town, name)
    query = f"?style={style}" if style else ""
    fast = client.get(f"/tiles/{layer.id}/{a_tile(layer)}.png{query}")
    slow = client.get(f"/tiles/{layer.id}/tiles/WebMercatorQuad/{a_tile(layer)}.png{query}")
    assert slow.status_code == 200
    np.testing.assert_array_equal(pixels(slow.content), pixels(fast.content))


def test_other_formats(client, town):
    base = f"/tiles/{town.score.id}/tiles/WebMercatorQuad/{a_tile(town.score)}"
    kinds = {"webp": "webp", "jpeg": "jpeg", "jpg": "jpeg", "tif": "tiff", "png": "png"}
    for suffix, media in kinds.items():
        for path in (f"{base}.{suffix}", f"/tiles/{town.score.id}/preview.{suffix}"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert answer.headers["content-type"].partition(";")[0] == f"image/{media}"
    assert client.get(f"{base}.exe").status_code == 422


def test_a_preview_has_a_bound(client, town):
    answer = client.get(f"/tiles/{town.score.id}/preview.png?max_size=100")
    assert max(pixels(answer.content).shape) == 100
    for size in (0, -1, 1025, 10**9, "a"):
        assert client.get(f"/tiles/{town.score.id}/preview.png?max_size={size}").status_code == 422


@pytest.mark.parametrize("size", [0, 1025, 100_000, 10**30])
def test_a_tile_has_a_bound(client, town, size):
    url = f"/tiles/{town.score.id}/tiles/WebMercatorQuad/{a_tile(town.score)}.png?tilesize={size}"
    assert client.get(url).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        "url=http://127.0.0.1:1/a.tif",
        "url=/etc/passwd",
        "expression=b1*2",
        "expression=__import__('os').system('id')",
        "algorithm=hillshade",
        "algorithm_params={}",
        "colormap={}",
        "colormap_name=viridis",
        "bidx=2",
        "nodata=3",
        "color_formula=gamma r 2",
        "rescale=0,1",
        "buffer=1e9",
        "padding=1000000",
        "dst_crs=http://127.0.0.1:1/x.prj",
        "coord_crs=/etc/passwd",
        "resampling=lanczos",
    ],
)
def test_what_titiler_takes_from_a_query_is_refused(client, town, query):
    for path in (f"tiles/WebMercatorQuad/{a_tile(town.score)}.png", "preview.png"):
        answer = client.get(f"/tiles/{town.score.id}/{path}?{query}")
        assert answer.status_code in (400, 422), answer.text[:200]


def test_no_route_takes_an_address_a_formula_or_a_crs(client):
    document = client.get("/openapi.json").json()
    names = {
        parameter["name"]
        for path in document["paths"].values()
        for verb in path.values()
        for parameter in verb.get("parameters", [])
    }
    assert names <= {
        "layer", "z", "x", "y", "format", "style", "tilesize", "max_size", "histogram_bins",
        "lon", "lat", "tileMatrixSetId", "rescale", "colormap_name",
    }  # fmt: skip
    assert all(set(path) <= {"get"} for path in document["paths"].values())
    assert not [path for path in document["paths"] if "map.html" in path]


def test_only_a_few_grids_are_offered(client, town):
    url = f"/tiles/{town.score.id}/tiles/LINZAntarticaMapTilegrid/1/0/0.png"
    assert client.get(url).status_code == 422


def test_a_tile_far_from_the_layer_is_404(client, town):
    assert client.get(f"/tiles/{town.score.id}/tiles/WebMercatorQuad/8/3/3.png").status_code == 404
