"""A published town in a folder, and a client of the tile lanes over it."""

from types import SimpleNamespace

import numpy as np
import pytest
from starlette.testclient import TestClient

from geoml.errors import UnknownLayer
from geoml.raster import coding, cog
from geoml.raster.grid import Grid
from geoml.raster.pyramid import write_pyramid
from geoml.raster.web import web_cog
from geoml.types import Text
from tiles.app import create_app
from tiles.layers import Layer

GRID = Grid("EPSG:2154", 650_000, 6_862_000, 30, 30, 600, 560)
LEGEND = ((0, 20, 40, 60, 80, 100), ("#000004", "#57106e", "#bc3754", "#f98e09", "#fcffa4"))
GREYS = ((0, 20, 40, 60, 80, 100), ("#000000", "#404040", "#808080", "#c0c0c0", "#ffffff"))
PALETTES = {"default": coding.class_palette(*LEGEND), "greys": coding.class_palette(*GREYS)}


def make_layer(folder, name, values, *, flag=False, **options):
    """Publish one array as a layer: data, web COG, finished tiles."""
    paths = {one: folder / f"{name}{one}" for one in (".tif", "-web.tif", ".pmtiles")}
    cog.write(paths[".tif"], values.astype(np.float32), GRID)
    palettes = {"default": coding.flag_palette()} if flag else PALETTES
    draw = coding.hatch if flag else None
    lowest, highest = web_cog(
        paths[".tif"],
        paths["-web.tif"],
        quantise=coding.applicability_index if flag else coding.score_index,
        kind="mode" if flag else "average",
    )
    write_pyramid(paths["-web.tif"], paths[".pmtiles"], palettes["default"], draw=draw)
    return Layer(
        id=f"heat-town-{name}",
        etag=f"e1-{name}",
        pmtiles=paths[".pmtiles"],
        web_cog=paths["-web.tif"],
        data=paths[".tif"],
        palettes=palettes,
        draw=draw,
        title=Text("Chaleur", "Heat"),
        unit="0..100",
        minzoom=lowest,
        maxzoom=highest,
        bounds=GRID.lonlat_bounds(),
        **{"immutable": False, "legend": {"edges": list(LEGEND[0])}, **options},
    )


class Layers:
    """A LayerSource over a dictionary."""

    def __init__(self, *layers):
        self.by_id = {layer.id: layer for layer in layers}

    def get(self, layer_id):
        if layer_id not in self.by_id:
            raise UnknownLayer("no such layer", where=repr(layer_id)[:80])
        return self.by_id[layer_id]


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    rows, cols = np.indices(GRID.shape)
    values = 50 + 49 * np.sin(rows / 20) * np.cos(cols / 31)
    values[:200, :180] = np.nan
    ratio = np.where(cols > 300, 2.0, 0.5)
    score = make_layer(folder, "score", values)
    flag = make_layer(folder, "applicability", ratio, flag=True)
    pinned = make_layer(folder, "pinned", values, immutable=True)
    return SimpleNamespace(score=score, flag=flag, pinned=pinned, values=values, folder=folder)


@pytest.fixture(scope="session")
def client(town):
    with TestClient(create_app(Layers(town.score, town.flag, town.pinned))) as client:
        yield client


@pytest.fixture(scope="session")
def layers():
    """The class of a source over a few layers."""
    return Layers
