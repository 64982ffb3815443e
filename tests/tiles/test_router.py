"""The fast lane over HTTP: pixel-identical to rio-tiler, cached, and never outside the legend."""

import warnings

import numpy as np
import pytest
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from rasterio.io import MemoryFile
from rio_tiler.io import Reader
from starlette.testclient import TestClient

from geoml.raster import png
from geoml.raster.pyramid import tile_levels
from geoml.types import Text
from tiles import fast, reader
from tiles.app import create_app
from tiles.layers import Layer

# rasterio 1.4 multiplies transforms with *, which affine 3 would rather see as @.
AFFINE = "ignore:Use `@` matmul:PendingDeprecationWarning"
pytestmark = [
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
    pytest.mark.filterwarnings(AFFINE),
]


def rgba(content):
    """(4, rows, cols) of any PNG, palette expanded, transparent pixels all zero."""
    with MemoryFile(content) as file, file.open(driver="PNG") as image:
        values = image.read()
        if len(values) == 1:
            colours = np.array([image.colormap(1)[i] for i in range(256)], np.uint8)
            values = colours[values[0]].transpose(2, 0, 1)
    if len(values) == 3:  # opaque
        values = np.concatenate([values, np.full_like(values[:1], 255)])
    return np.where(values[3] > 0, values, 0)


def places(layer, seed=0, count=12):
    """Random tiles of every zoom of a layer, and every corner tile of it."""
    rng = np.random.default_rng(seed)
    for zoom, first in tile_levels(layer.web_cog).items():
        last_x, last_y = first.x + first.cols - 1, first.y + first.rows - 1
        corners = {(first.x, first.y), (last_x, first.y), (first.x, last_y), (last_x, last_y)}
        for _ in range(count):
            corners.add(
                (int(rng.integers(first.x, last_x + 1)), int(rng.integers(first.y, last_y + 1)))
            )
        yield from ((zoom, x, y) for x, y in sorted(corners))


def by_rio_tiler(layer, z, x, y, style="default"):
    colours = {i: tuple(map(int, c)) for i, c in enumerate(layer.palettes[style])}
    with Reader(str(layer.web_cog)) as source:
        image = source.tile(x, y, z)
    if layer.draw:
        image.array[0] = layer.draw(image.array[0].filled(0), z, x, y)
    return rgba(image.render(img_format="PNG", colormap=colours))


@pytest.mark.parametrize("name", ["score", "flag"])
def test_finished_tiles_equal_rio_tiler(client, town, name):
    layer, seen = getattr(town, name), 0
    for z, x, y in places(layer):
        answer = client.get(f"/tiles/{layer.id}/{z}/{x}/{y}.png")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/png"
        got = rgba(answer.content)
        np.testing.assert_array_equal(got, by_rio_tiler(layer, z, x, y))
        seen += got.any()
    assert seen > 5


def test_another_style_equals_rio_tiler(client, town):
    for z, x, y in places(town.score, seed=1, count=4):
        answer = client.get(f"/tiles/{town.score.id}/{z}/{x}/{y}.png?style=greys")
        np.testing.assert_array_equal(
            rgba(answer.content), by_rio_tiler(town.score, z, x, y, "greys")
        )


@pytest.mark.parametrize("steps", [1, 3, 9, 12])
def test_above_the_highest_zoom_pixels_are_repeated(client, town, steps):
    layer = town.score
    first = tile_levels(layer.web_cog)[layer.maxzoom]
    size = 1 << steps
    z = min(layer.maxzoom + steps, 24)
    steps = z - layer.maxzoom
    size = 1 << steps
    x, y = (first.x + 1) * size + size // 3, (first.y + 1) * size + size // 2
    got = rgba(client.get(f"/tiles/{layer.id}/{z}/{x}/{y}.png").content)
    np.testing.assert_array_equal(got, by_rio_tiler(layer, z, x, y))
    parent = rgba(
        client.get(f"/tiles/{layer.id}/{layer.maxzoom}/{first.x + 1}/{first.y + 1}.png").content
    )
    assert {tuple(c) for c in got.reshape(4, -1).T} <= {tuple(c) for c in parent.reshape(4, -1).T}


def test_hatching_keeps_its_spacing_above_the_highest_zoom(client, town):
    layer = town.flag
    first = tile_levels(layer.web_cog)[layer.maxzoom]
    z, x, y = layer.maxzoom + 2, (first.x + first.cols - 2) * 4, (first.y + 1) * 4
    got = rgba(client.get(f"/tiles/{layer.id}/{z}/{x}/{y}.png").content)[3] > 0
    rows, cols = np.indices(got.shape)
    assert got.any()
    assert not got[(rows + cols) % 8 >= 2].any()
    np.testing.assert_array_equal(got, by_rio_tiler(layer, z, x, y)[3] > 0)


def test_below_the_lowest_zoom_the_web_cog_answers(client, town):
    layer = town.score
    first = tile_levels(layer.web_cog)[layer.minzoom]
    for up in range(1, layer.minzoom + 1, 3):
        z, x, y = layer.minzoom - up, first.x >> up, first.y >> up
        got = rgba(client.get(f"/tiles/{layer.id}/{z}/{x}/{y}.png").content)
        np.testing.assert_array_equal(got, by_rio_tiler(layer, z, x, y))
    assert rgba(
        client.get(
            f"/tiles/{layer.id}/{layer.minzoom - 1}/{first.x >> 1}/{first.y >> 1}.png"
        ).content
    ).any()


def test_an_empty_tile_is_transparent_not_missing(client, town):
    for z in (0, town.score.minzoom, town.score.maxzoom, 24):
        answer = client.get(f"/tiles/{town.score.id}/{z}/0/0.png")
        assert answer.status_code == 200
        if z:
            assert answer.content == fast.BLANK
            assert not rgba(answer.content).any()


@pytest.mark.parametrize(
    "tile",
    [
        "0/1/0",
        "0/0/1",
        "3/8/0",
        "25/0/0",
        "3/-1/0",
        "3/0/99999999999999999999",
        "1e3/0/0",
        "3/0/0x1",
    ],
)
def test_tiles_that_do_not_exist_are_refused(client, town, tile):
    for path in (
        f"{tile}.png",
        f"tiles/WebMercatorQuad/{tile}.png",
        f"tiles/WebMercatorQuad/{tile}",
    ):
        answer = client.get(f"/tiles/{town.score.id}/{path}")
        assert answer.status_code in (404, 422), (path, answer.status_code)


def test_a_thousand_digits_are_refused(client, town):
    assert client.get(f"/tiles/{town.score.id}/3/{'9' * 5000}/0.png").status_code in (404, 422)


def test_caching_of_current_and_pinned_layers(client, town):
    z, x, y = next(iter(places(town.score)))
    current = client.get(f"/tiles/{town.score.id}/{z}/{x}/{y}.png")
    assert current.headers["cache-control"] == "public, max-age=60"
    pinned = client.get(f"/tiles/{town.pinned.id}/{z}/{x}/{y}.png")
    assert pinned.headers["cache-control"] == "public, max-age=31536000, immutable"
    styled = client.get(f"/tiles/{town.score.id}/{z}/{x}/{y}.png?style=greys")
    assert len({one.headers["etag"] for one in (current, pinned, styled)}) == 3


def test_an_unchanged_tile_is_304_before_any_file_is_opened(town, layers, monkeypatch):
    def forbidden(*_args, **_options):
        raise AssertionError("a file was opened")

    monkeypatch.setattr("tiles.archive.Archive.__init__", forbidden)
    source = layers(town.score)
    with TestClient(create_app(source)) as fresh:
        url = f"/tiles/{town.score.id}/{town.score.minzoom}/0/0.png"
        etag = '"e1-score-default"'
        for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            answer = fresh.get(url, headers={"if-none-match": sent})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer.headers["etag"] == etag
        with pytest.raises(AssertionError, match="opened"):
            fresh.get(url, headers={"if-none-match": '"older"'})


def test_head_answers_like_get(client, town):
    z, x, y = next(iter(places(town.score)))
    answer = client.head(f"/tiles/{town.score.id}/{z}/{x}/{y}.png")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"


def test_unknown_styles_and_layers(client, town):
    z, x, y = next(iter(places(town.score)))
    for tile in (f"{z}/{x}/{y}", "5/0/0", "24/0/0", f"{z}/0/0"):
        answer = client.get(f"/tiles/{town.score.id}/{tile}.png?style=neon")
        assert answer.status_code == 400
        assert "greys" in answer.json()["detail"]
    assert client.get("/tiles/heat-elsewhere-score/0/0/0.png").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd/0/0/0.png",
        "..%2f..%2fetc%2fpasswd/0/0/0.png",
        "%2e%2e/0/0/0.png",
        "/etc/passwd/0/0/0.png",
        "heat-town-score%00/0/0/0.png",
        "http:%2f%2f127.0.0.1%2f/0/0/0.png",
        "heat-town-score/../../../0/0/0.png",
        "%ff%fe/0/0/0.png",
        "vsicurl/0/0/0.png",
    ],
)
def test_ids_never_become_paths(client, path):
    assert client.get(f"/tiles/{path}").status_code in (404, 422)


def test_tilejson(client, town):
    document = client.get(f"/tiles/{town.score.id}/tilejson.json?style=greys").json()
    assert document["tilejson"] == "3.0.0"
    assert document["minzoom"] == town.score.minzoom
    assert document["maxzoom"] == town.score.maxzoom
    assert document["bounds"] == pytest.approx(town.score.bounds)
    assert document["legend"]["edges"] == [0, 20, 40, 60, 80, 100]
    [template] = document["tiles"]
    assert template.startswith("http://testserver/tiles/")
    z, x, y = next(iter(places(town.score)))
    url = template.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))
    assert client.get(url).status_code == 200
    assert client.get(f"/tiles/{town.score.id}/tilejson.json?style=neon").status_code == 400


def test_a_broken_archive_is_an_error_and_not_a_blank_tile(town, layers, tmp_path):
    from dataclasses import replace

    for name, content in (
        ("a", b"not tiles"),
        ("b", town.score.pmtiles.read_bytes()[:300]),
        ("c", b""),
    ):
        broken = tmp_path / name
        broken.write_bytes(content)
        layer = replace(town.score, pmtiles=broken, etag=name)
        source = layers(layer)
        with TestClient(create_app(source)) as fresh:
            answer = fresh.get(f"/tiles/{layer.id}/{layer.maxzoom}/0/0.png")
        assert answer.status_code == 500
        assert str(tmp_path) not in answer.text


@pytest.fixture(scope="module")
def photograph():
    """A lossless WebP of 256 pixels: red in the west, blue in the east."""
    pixels = np.zeros((4, 256, 256), np.uint8)
    pixels[0, :, :128], pixels[2, :, 128:], pixels[3] = 200, 200, 255
    shape = {"width": 256, "height": 256, "count": 4, "dtype": "uint8"}
    with warnings.catch_warnings(), MemoryFile() as memory:
        warnings.simplefilter("ignore")
        with memory.open(driver="WEBP", LOSSLESS="YES", **shape) as image:
            image.write(pixels)
        return bytes(memory.getbuffer())


@pytest.fixture(scope="module")
def imagery(photograph, layers, tmp_path_factory):
    """A client of a base layer: tile 3/4/2 is the photograph, and so is that of a part, 5/19/8."""
    path = tmp_path_factory.mktemp("imagery") / "base.pmtiles"
    ends = [f"{end}_{axis}_e7" for end in ("min", "max", "center") for axis in ("lon", "lat")]
    header = {"tile_type": TileType.WEBP, "tile_compression": Compression.NONE, "center_zoom": 0}
    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.write_tile(zxy_to_tileid(3, 4, 2), photograph)
        writer.write_tile(zxy_to_tileid(5, 19, 8), photograph)
        writer.finalize(header | dict.fromkeys(ends, 0), {})
    layer = Layer(
        id="base-town",
        immutable=False,
        etag="b1",
        pmtiles=path,
        title=Text("Image", "Imagery"),
        unit="",
        minzoom=3,
        maxzoom=3,
        bounds=(0, 0, 1, 1),
        media_type="image/webp",
    )
    with TestClient(create_app(layers(layer))) as client:
        yield client


def test_imagery_passes_through(imagery, photograph):
    exact = imagery.get("/tiles/base-town/3/4/2.png")
    assert (exact.content, exact.headers["content-type"]) == (photograph, "image/webp")


def test_imagery_is_enlarged_above_its_highest_zoom(imagery):
    left = rgba(imagery.get("/tiles/base-town/4/8/4.png").content)
    right = rgba(imagery.get("/tiles/base-town/4/9/4.png").content)
    assert (left[0] > 190).all()
    assert (right[2] > 190).all()


def test_a_part_of_the_imagery_goes_on_where_the_whole_is_enlarged(imagery, photograph):
    finer = imagery.get("/tiles/base-town/5/19/8.png")
    assert (finer.content, finer.headers["content-type"]) == (photograph, "image/webp")
    beside = rgba(imagery.get("/tiles/base-town/5/18/8.png").content)
    beyond = rgba(imagery.get("/tiles/base-town/6/38/16.png").content)
    assert (beside[2] > 190).all(), "the east of the whole"
    assert (beyond[0] > 190).all(), "the west of the part"


def test_imagery_has_no_measured_values_and_no_other_style(imagery):
    assert imagery.get("/tiles/base-town/2/2/1.png").content == fast.BLANK
    assert imagery.get("/tiles/base-town/point/0.5,0.5").status_code == 404
    assert imagery.get("/tiles/base-town/preview.png").status_code == 404
    assert imagery.get("/tiles/base-town/3/4/2.png?style=neon").status_code == 400


def test_only_the_geotiff_driver_may_open(tmp_path, town):
    from dataclasses import replace

    disguised = tmp_path / "web.tif"
    disguised.write_text(
        '<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1">'
        f"<SimpleSource><SourceFilename>{town.score.web_cog}</SourceFilename></SimpleSource>"
        "</VRTRasterBand></VRTDataset>"
    )
    layer = replace(town.score, web_cog=disguised)
    with pytest.raises(reader.CorruptFile):
        reader.read_index(layer, 0, 0, 0)


def test_restyling_is_a_splice(client, town):
    z, x, y = next(
        p
        for p in places(town.score)
        if client.get(f"/tiles/{town.score.id}/{p[0]}/{p[1]}/{p[2]}.png").content != fast.BLANK
    )
    url = f"/tiles/{town.score.id}/{z}/{x}/{y}.png"
    plain, styled = client.get(url).content, client.get(url + "?style=greys").content
    assert plain[png.HEADER_BYTES :] == styled[png.HEADER_BYTES :]
    assert styled[: png.HEADER_BYTES] == png.header(town.score.palettes["greys"])
