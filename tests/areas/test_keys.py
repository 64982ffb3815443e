import pytest

from geoml.areas import keys
from geoml.errors import UnknownKey


def test_an_unknown_key_lists_the_keys_and_the_closest():
    with pytest.raises(UnknownKey) as caught:
        keys.get("building")
    assert all(name in caught.value.expected for name in keys.KEYS)
    assert "buildings" in caught.value.next_step


def test_vectors_take_no_raster_and_rasters_no_vector_format():
    for key in keys.KEYS.values():
        assert set(key.drivers).isdisjoint(keys.VECTOR_DRIVERS) == (key.kind != "vector")
        assert bool(key.shapes) == (key.kind == "vector" or key.name == "flood_extent")
        assert "VRT" not in key.drivers
        assert ("JPEG" in key.drivers) == (key.kind == "rgb")


def test_a_flood_comes_as_classes_or_as_polygons_told_by_its_first_bytes(tmp_path):
    extent = keys.get("flood_extent")
    for name, content, kind in (
        ("flood.tif", b"II*\0", "class"),
        ("polygons.tif", b"fgb\x03", "vector"),
        ("flood.zip", b"PK\x03\x04", "vector"),
        ("missing", None, "class"),
    ):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        given = keys.as_given(extent, path)
        assert given.kind == kind
        assert set(given.drivers).isdisjoint(keys.VECTOR_DRIVERS) == (kind == "class")
    assert keys.as_given(keys.get("landcover"), tmp_path / "flood.zip").kind == "class"


def test_classes_are_never_averaged_and_people_are_summed():
    ways = {key.name: key.warp for key in keys.KEYS.values()}
    assert (ways["landcover"], ways["population"], ways["nir"]) == ("class", "count", "continuous")
