"""What is encoded here another program decodes: GDAL's MVT driver, to half a unit."""

import gzip

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.reader import MmapSource, Reader, all_tiles

from geoml.vector import tiles
from geoml.vector.mvt import commands, layer, varint
from geoml.vector.tiles import MAX_ZOOM, MIN_ZOOM, write_tiles

UNIT_M = 2 * np.pi * 6_378_137 / 4096 / 2**MAX_ZOOM


def houses(count, side=40.0, seed=2):
    rng = np.random.default_rng(seed)
    x, y = 842_000 + 4000 * rng.random(count), 6_519_000 + 4000 * rng.random(count)
    turn = rng.random(count)[:, None] * np.pi + np.arange(4) * np.pi / 2
    xy = np.stack([x[:, None] + side * np.cos(turn), y[:, None] + side * np.sin(turn)], axis=-1)
    score = np.round(100 * rng.random(count), 3)
    score[:1] = np.nan
    told = {"id": [f"é-{i}" for i in range(count)], "score": score, "floors": np.arange(count)}
    return geopandas.GeoDataFrame(told, geometry=shapely.polygons(xy), crs="EPSG:2154")


def drawn(path, zoom=MAX_ZOOM):
    """Everything that a zoom shows, pieces of one feature put together again."""
    frame = pyogrio.read_dataframe(path, ZOOM_LEVEL=zoom)
    return frame.dissolve("id", aggfunc="first") if len(frame) else frame


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.pmtiles"


@pytest.mark.parametrize(
    ("value", "wanted"), [(0, "00"), (127, "7f"), (128, "8001"), (300, "ac02")]
)
def test_varints_are_those_of_the_specification(value, wanted):
    assert varint(value).hex() == wanted


def test_the_worked_example_of_the_specification():
    """Section 4.3.5.6: two polygons, the second with a hole."""
    shape = shapely.from_wkt(
        "MULTIPOLYGON (((0 0, 10 0, 10 10, 0 10, 0 0)),"
        "((11 11, 20 11, 20 20, 11 20, 11 11), (13 13, 13 17, 17 17, 17 13, 13 13)))"
    )
    wanted = [9, 0, 0, 26, 20, 0, 0, 20, 19, 0, 15, 9, 22, 2, 26, 18, 0, 0, 18, 17, 0, 15,
              9, 4, 13, 26, 0, 8, 8, 0, 0, 7, 15]  # fmt: skip
    assert commands(np.array([shape])) == [bytes(wanted)]


@pytest.mark.parametrize(
    "gone",
    ["POLYGON ((0 0, 0.1 0, 0.1 0.1, 0 0))", "POLYGON ((0 0, 9 0, 9 0.2, 0 0))", "POLYGON EMPTY"],
)
def test_what_has_no_area_in_whole_units_is_left_out_and_hides_nobody(gone):
    square = shapely.box(0, 0, 4, 4, ccw=True)
    alone = commands(np.array([square]))
    assert commands(np.array([square, shapely.from_wkt(gone), square])) == [*alone, b"", *alone]


def test_a_hole_goes_with_its_ring():
    ring, hole = [(0, 0), (9, 0), (9, 0.4), (0, 0.4)], [(1, 0.1), (1, 0.3), (8, 0.3), (8, 0.1)]
    assert commands(np.array([shapely.Polygon(ring, [hole])])) == [b""]
    assert commands(np.empty(0, object)) == []


@given(st.lists(st.integers(0, 2**34), max_size=30))
def test_streams_of_varints_are_varints_one_after_the_other(values):
    from geoml.vector.mvt import _varints

    text, offsets = _varints(np.array(values, np.int64))
    assert text == b"".join(map(varint, values))
    assert len(offsets) == len(values) + 1


def test_gdal_sees_every_house_where_it_is(path):
    frame = houses(300)
    write_tiles(path, frame, ("id", "score", "floors"))
    shown, wanted = drawn(path), frame.to_crs(3857).set_index("id")
    assert sorted(shown.index) == sorted(wanted.index)
    wanted = wanted.loc[shown.index]
    assert shown.geometry.is_valid.all()
    symmetric = shown.geometry.symmetric_difference(wanted.geometry).area
    assert (symmetric / wanted.geometry.length).max() < UNIT_M
    assert np.array_equal(shown["score"], wanted["score"], equal_nan=True)
    assert (shown["floors"] == wanted["floors"]).all()
    assert shown["score"].isna().sum() == 1


def test_large_shapes_with_holes_are_cut_at_tiles_and_fit_together(path):
    town = shapely.Point(842_000, 6_519_000).buffer(6_000)
    ring = town.difference(town.centroid.buffer(2_500))
    far = shapely.Point(852_000, 6_519_000).buffer(800)
    shapes = [ring, shapely.union(far, shapely.affinity.translate(far, 0, 5_000))]
    frame = geopandas.GeoDataFrame({"id": ["ring", "two"]}, geometry=shapes, crs="EPSG:2154")
    write_tiles(path, frame, ("id",))
    wanted = frame.to_crs(3857).set_index("id")
    for zoom in (10, 12, 14):
        shown = drawn(path, zoom).loc[wanted.index]
        error = shown.geometry.symmetric_difference(wanted.geometry).area
        assert (error / wanted.geometry.area).max() < 0.002 * 2 ** (14 - zoom)


def test_from_afar_a_house_is_its_pixel_and_a_pixel_is_drawn_once(path):
    frame = houses(3000, side=5.0)
    write_tiles(path, frame, ("id",))
    for zoom in range(MIN_ZOOM, MAX_ZOOM):
        shown = drawn(path, zoom)
        pixel = 2 * np.pi * 6_378_137 / 256 / 2**zoom
        assert 0 < len(shown) <= 3000
        assert np.allclose(shown.geometry.area, pixel**2)
        assert not shown.geometry.centroid.round().duplicated().any()
        reach = frame.to_crs(3857).set_index("id").loc[shown.index].geometry
        assert (shown.geometry.distance(reach.centroid) <= 0.01).all()


def test_a_tile_that_is_too_large_takes_coarser_pixels(path, monkeypatch):
    frame = houses(3000, side=5.0)
    write_tiles(path, frame, ("id",))
    monkeypatch.setattr(tiles, "LARGEST", 3_000)
    small = path.with_name("small.pmtiles")
    write_tiles(small, frame, ("id",))
    assert small.stat().st_size < path.stat().st_size / 2
    assert 0 < len(drawn(small, 11)) < len(drawn(path, 11))


def test_tiles_are_gzip_with_one_layer_of_that_name(path):
    count = write_tiles(path, houses(50), ("id",), name="units")
    with path.open("rb") as stream:
        reader = Reader(MmapSource(stream))
        header, about = reader.header(), reader.metadata()
        found = dict(all_tiles(reader.get_bytes))
    assert len(found) == count
    assert (header["min_zoom"], header["max_zoom"]) == (MIN_ZOOM, MAX_ZOOM)
    assert header["tile_type"].name == "MVT"
    assert header["tile_compression"].name == "GZIP"
    assert [one["id"] for one in about["vector_layers"]] == ["units"]
    assert all(gzip.decompress(tile)[0] == 0x1A for tile in found.values())
    wanted = np.array(houses(50).to_crs(4326).total_bounds) * 1e7
    names = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
    outside = np.array([header[name] for name in names]) - wanted
    assert (outside[:2] <= 1).all()
    assert (outside[2:] >= -1).all()


def test_the_same_rows_give_the_same_bytes(path, monkeypatch):
    write_tiles(path, houses(200), ("id", "score"))
    again = path.with_name("b.pmtiles")
    monkeypatch.setattr("time.time", lambda: 1.0)
    write_tiles(again, houses(200), ("id", "score"))
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("shape", [None, shapely.Polygon()])
def test_units_without_a_shape_make_an_archive_all_the_same(path, shape):
    frame = geopandas.GeoDataFrame({"id": ["a"]}, geometry=[shape], crs="EPSG:2154")
    assert write_tiles(path, frame, ("id",)) == 0
    with path.open("rb") as stream:
        assert gzip.decompress(Reader(MmapSource(stream)).get(MIN_ZOOM, 0, 0)) == layer(
            "units", [], {}
        )


def test_a_station_is_a_pixel(path):
    frame = geopandas.GeoDataFrame({"id": ["s"]}, geometry=[shapely.Point(842_000, 6_519_000)],
                                   crs="EPSG:2154")  # fmt: skip
    write_tiles(path, frame, ("id",))
    assert drawn(path).geometry.area.iloc[0] > 0


def test_no_tile_waits_in_memory_for_the_others(path, monkeypatch):
    """Each one is written before the next is drawn, in the order that the archive keeps them."""
    drawn_of, packed, writer = [], tiles._packed, tiles.Writer

    class Watched(writer):
        def write_tile(self, tile_id, tile):
            assert drawn_of.pop() == tile
            assert not drawn_of
            super().write_tile(tile_id, tile)

        def finalize(self, header, about):
            assert self.clustered
            super().finalize(header, about)

    def watched(tile):
        drawn_of.append(packed(tile))
        return drawn_of[-1]

    monkeypatch.setattr(tiles, "_packed", watched)
    monkeypatch.setattr(tiles, "Writer", Watched)
    assert write_tiles(path, houses(400), ("id",)) > 20
    assert not drawn_of
