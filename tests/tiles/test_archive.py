"""The in-memory directory against the reference PMTiles reader."""

import os

import numpy as np
import pytest
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geoml.errors import CorruptFile
from tiles.archive import Archive, Archives


def write(path, tiles, **header):
    with path.open("wb") as stream:
        writer = Writer(stream)
        for place in sorted(tiles, key=lambda one: zxy_to_tileid(*one)):
            writer.write_tile(zxy_to_tileid(*place), tiles[place])
        box = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        middle = ("center_zoom", "center_lon_e7", "center_lat_e7")
        said = {"tile_type": TileType.PNG, "tile_compression": Compression.NONE}
        writer.finalize({**said, **dict.fromkeys(box + middle, 0), **header}, {})
    return path


def test_leaves_and_runs_are_all_found(tmp_path):
    rng = np.random.default_rng(0)
    # Enough tiles of many lengths for leaf directories, and runs of equal ones.
    tiles = {
        (8, x, y): (b"sea" if y > 128 else rng.bytes(int(rng.integers(1, 40))))
        for x in range(256)
        for y in range(256)
    }
    path = write(tmp_path / "a.pmtiles", tiles)
    archive = Archive(path)
    assert archive.header["leaf_directory_length"] > 0
    assert len(archive) == len(tiles)
    content = MemorySource(path.read_bytes())
    assert dict(all_tiles(content)) == tiles
    for place in ((8, 0, 0), (8, 255, 255), (8, 17, 99), (8, 200, 130)):
        assert archive.get(*place) == tiles[place] == Reader(content).get(*place)
    assert archive.get(7, 0, 0) is None


def test_tiles_that_are_compressed_twice_are_refused(tmp_path):
    path = write(tmp_path / "a.pmtiles", {(0, 0, 0): b"x"}, tile_compression=Compression.GZIP)
    with pytest.raises(CorruptFile, match="twice"):
        Archive(path)


def test_vector_tiles_may_be_compressed_and_say_so(tmp_path):
    kind = {"tile_type": TileType.MVT, "tile_compression": Compression.GZIP}
    archive = Archive(write(tmp_path / "a.pmtiles", {(0, 0, 0): b"x"}, **kind))
    assert archive.packed
    assert archive.get(0, 0, 0) == b"x"
    assert not Archive(write(tmp_path / "b.pmtiles", {(0, 0, 0): b"x"})).packed


@pytest.mark.parametrize("keep", [0, 1, 50, 126, 127, 140, 200, -1])
def test_a_truncated_archive_is_refused(tmp_path, keep):
    path = write(tmp_path / "a.pmtiles", {(2, x, 1): bytes([x]) * 50 for x in range(4)})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CorruptFile) as caught:
        Archive(path)
    assert caught.value.next_step


def test_the_oldest_archive_is_let_go_and_its_handle_closed(tmp_path):
    archives = Archives(limit=2)
    paths = [write(tmp_path / f"{i}.pmtiles", {(0, 0, 0): bytes([i])}) for i in range(3)]
    before = len(os.listdir("/dev/fd"))  # noqa: PTH208 - a listing of handles, not of a folder
    for path in paths:
        archives.open(path, "v")
    assert len(os.listdir("/dev/fd")) - before == 2  # noqa: PTH208
    assert archives.peek(paths[0], "v") is None
    assert archives.peek(paths[2], "other version") is None
    kept = archives.peek(paths[2], "v")
    assert kept is not None
    assert kept.get(0, 0, 0) == b"\x02"
    assert archives.open(paths[2], "v") is kept
