"""What people load with a line of Python: geopandas, leafmap."""

import json

import geopandas
import pytest

from geoml.raster.settings import OPTIONS
from geoml.vector.write import gdal_options

pytestmark = pytest.mark.slow


def test_geopandas_reads_the_items(get, address, service_name):
    name = f"{service_name}-town"
    table = geopandas.read_file(f"{address}/collections/{name}/items?f=json&limit=10000")
    assert len(table) == json.loads(get(f"/collections/{name}"))["numberOfFeatures"]
    assert table.crs.to_epsg() == 4326
    assert table[f"{service_name}_score"].between(0, 100).any()


def test_geopandas_pages_through_a_collection(get, address, service_name):
    """By GDAL's OAPIF driver, where pyogrio's wheels have it."""
    pyogrio = pytest.importorskip("pyogrio")
    if "OAPIF" not in pyogrio.list_drivers():
        pytest.skip("this build of pyogrio has no OAPIF driver")
    name = f"{service_name}-town-cells"
    # Where a server of this process has locked GDAL, this client of it may go to the network.
    with gdal_options(dict.fromkeys(OPTIONS)):
        table = geopandas.read_file(f"OAPIF:{address}", layer=name, PAGE_SIZE="2000")
    assert len(table) == json.loads(get(f"/collections/{name}"))["numberOfFeatures"]


def test_leafmap_shows_the_tiles(get, address, score):
    leafmap = pytest.importorskip("leafmap.foliumap", reason="the notebooks extra has leafmap")
    told = json.loads(get(f"/tiles/{score}/tilejson.json"))
    page = leafmap.Map()
    page.add_tile_layer(url=told["tiles"][0], name=score, attribution=told["attribution"])
    assert told["tiles"][0] in page.to_html()
