"""The general lane: any offered grid, any range; as rio-tiler draws it, and nothing invented."""

import numpy as np
import pytest
from rasterio.io import MemoryFile
from rio_tiler.colormap import cmap
from rio_tiler.io import Reader

from geoml.raster.grid import transformer
from tiles import general, grids, styles

pytestmark = pytest.mark.filterwarnings(
    "ignore::rasterio.errors.NotGeoreferencedWarning",
    "ignore:Use `@` matmul:PendingDeprecationWarning",
    "ignore:invalid value encountered in cast:RuntimeWarning",  # rio-tiler's rescale of NaN
)
GRIDS = ["WebMercatorQuad", "WorldCRS84Quad", "EuropeanETRS89_LAEAQuad", "LAMB93"]


def rgba(content):
    with MemoryFile(content) as file, file.open(driver="PNG") as image:
        values = image.read()
        if len(values) == 1:
            colours = np.array([image.colormap(1)[i] for i in range(256)], np.uint8)
            values = colours[values[0]].transpose(2, 0, 1)
    if len(values) == 3:
        values = np.concatenate([values, np.full_like(values[:1], 255)])
    return np.where(values[3] > 0, values, 0)


def tile_at(name, zoom, lon, lat):
    found = grids.offered().get(name)
    tile = found.tile(lon, lat, zoom)
    return tile.x, tile.y


def middle(layer):
    west, south, east, north = layer.bounds
    return (west + east) / 2, (south + north) / 2


def zoom_of(name, ground_m):
    """The zoom whose pixels are nearest to so many metres."""
    found = grids.offered().get(name)
    factor = 111_320 if name == "WorldCRS84Quad" else 1
    sizes = [found.matrix(z).cellSize * factor for z in range(found.minzoom, found.maxzoom + 1)]
    return found.minzoom + int(np.abs(np.log(np.array(sizes) / ground_m)).argmin())


@pytest.mark.parametrize("ground_m", [8, 25, 120])
@pytest.mark.parametrize("name", GRIDS)
def test_measured_values_as_rio_tiler_draws_them(client, town, name, ground_m):
    layer, z = town.score, zoom_of(name, ground_m)
    x, y = tile_at(name, z, *middle(layer))
    url = f"/tiles/{layer.id}/values/{name}/{z}/{x}/{y}.png?rescale=10,90&colormap_name=inferno"
    got = rgba(client.get(url).content)
    with Reader(str(layer.data), tms=grids.offered().get(name)) as source:
        image = source.tile(x, y, z)
    image.rescale(((10, 90),))
    expected = rgba(image.render(img_format="PNG", colormap=cmap.get("inferno")))
    assert got[3].any()
    # Nearest in both; rio-tiler's coordinates are approximated to an eighth of a pixel, and it
    # chooses overviews by the mean of both axes: at a cell's edge they may take its neighbour.
    same = (np.abs(got.astype(int) - expected) <= 2).all(axis=0).mean()
    assert same > (0.99 if ground_m < 30 else 0.5)


@pytest.mark.parametrize("name", GRIDS[1:])
def test_every_pixel_is_the_cell_below_its_centre(client, town, name):
    layer = town.score
    z = zoom_of(name, 20)
    x, y = tile_at(name, z, *middle(layer))
    grid = grids.tile_grid(name, z, x, y)
    url = f"/tiles/{layer.id}/values/{name}/{z}/{x}/{y}.png?rescale=0,100&colormap_name=greys"
    got = rgba(client.get(url).content)
    from geoml.raster.cog import read_grid

    rng, source = np.random.default_rng(2), read_grid(layer.data)
    to_source = transformer(grid.crs, source.crs)
    for row, col in rng.integers(0, 256, (300, 2)):
        at = to_source.transform(
            grid.west + (col + 0.5) * grid.pixel_x, grid.north - (row + 0.5) * grid.pixel_y
        )
        cell = source.index(*at)
        value = town.values[cell] if cell else np.nan
        if np.isnan(value):
            assert got[3, row, col] == 0
        else:
            colours = styles.full("greys").astype(int)
            index = int(value * 2.55 + 1e-4)
            near = colours[max(index - 1, 0) : index + 2, :3]
            assert (np.abs(near - got[:3, row, col]).sum(axis=1) == 0).any()


@pytest.mark.parametrize("style", ["default", "greys"])
@pytest.mark.parametrize("name", GRIDS)
def test_a_style_in_every_grid(client, town, name, style):
    layer, z = town.score, zoom_of(name, 40)
    x, y = tile_at(name, z, *middle(layer))
    url = f"/tiles/{layer.id}/tiles/{name}/{z}/{x}/{y}.png?style={style}"
    answer = client.get(url)
    got = rgba(answer.content)
    known = {tuple(c) for c in layer.palettes[style].tolist()}
    assert got[3].any()
    assert {tuple(c) for c in got.reshape(4, -1).T.tolist()} <= known | {(0, 0, 0, 0)}
    again = client.get(url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with Reader(str(layer.web_cog), tms=grids.offered().get(name)) as source:
        image = source.tile(x, y, z)
    colours = {i: tuple(map(int, c)) for i, c in enumerate(layer.palettes[style])}
    expected = rgba(image.render(img_format="PNG", colormap=colours))
    same = (got == expected).all(axis=0).mean()
    assert same == 1 if name == "WebMercatorQuad" else same > 0.97


def test_another_size_is_drawn_by_rio_tiler(client, town):
    layer = town.score
    x, y = tile_at("LAMB93", 8, *middle(layer))
    for side in (100, 512):
        url = f"/tiles/{layer.id}/tiles/LAMB93/8/{x}/{y}.png?tilesize={side}"
        assert rgba(client.get(url).content).shape == (4, side, side)


@pytest.mark.parametrize("name", GRIDS)
def test_tiles_that_a_grid_has_not_are_404_and_never_500(client, town, name):
    last = grids.offered().get(name).maxzoom
    for z, x, y in ((0, 9, 0), (0, 0, 9), (3, 1 << 24, 0), (last + 1, 0, 0), (24, 0, 1 << 23)):
        for kind, query in (("tiles", ""), ("values", "?rescale=0,1")):
            path = f"/tiles/{town.score.id}/{kind}/{name}/{z}/{x}/{y}.png{query}"
            assert client.get(path).status_code in (404, 422), path
    far = f"/tiles/{town.score.id}/values/{name}/6/0/0.png?rescale=0,1"
    assert client.get(far).status_code == 404


@pytest.mark.parametrize("name", GRIDS)
def test_the_whole_world_is_a_tile_too(client, town, name):
    x, y = tile_at(name, 0, *middle(town.score))
    url = f"/tiles/{town.score.id}/values/{name}/0/{x}/{y}.png?rescale=0,1"
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "", "rescale=", "rescale=1", "rescale=1,1", "rescale=2,1", "rescale=nan,1", "rescale=0,inf",
        "rescale=0,1,2", "rescale=1e9,2e9", "rescale=0,9999999999", "rescale=0,1&colormap_name=jet",
        "rescale=0,1&colormap={}", "rescale=0,1&url=/etc/passwd", "rescale=0,1&expression=b1",
        "rescale=0,1&dst_crs=http://127.0.0.1/", "rescale=0,1&rescale=0,1&style=x",
    ],
)  # fmt: skip
def test_a_range_is_bounded_and_nothing_else_is_taken(client, town, query):
    x, y = tile_at("LAMB93", 8, *middle(town.score))
    answer = client.get(f"/tiles/{town.score.id}/values/LAMB93/8/{x}/{y}.png?{query}")
    assert answer.status_code in (400, 422)


def test_unknown_stays_clear_even_where_every_colour_is_used():
    values = np.linspace(0, 255.99, 65_536).reshape(256, 256)
    values[5, 7] = np.nan
    picture = rgba(general.coloured(values, 0, 255, styles.full("viridis")))
    assert picture[3, 5, 7] == 0
    assert (picture[3] > 0).sum() == 65_535
    whole = np.where(np.isnan(values), 0, values)
    exact = rgba(general.coloured(whole, 0, 255, styles.full("viridis")))
    np.testing.assert_array_equal(exact[:3, 0, 0], styles.full("viridis")[0, :3])
    off = (picture != exact).any(axis=0)
    assert off.sum() <= 1 + 65_536 // 255  # the pixels of one colour at most


def test_nothing_known_is_a_blank_tile():
    picture = general.coloured(np.full((256, 256), np.nan), 0, 1, styles.full("viridis"))
    assert not rgba(picture).any()
