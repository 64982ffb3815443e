"""The tile codec against GDAL's PNG driver."""

import numpy as np
import pytest
from rasterio.io import MemoryFile

from geoml.errors import CorruptFile, InvalidArgument
from geoml.raster import png

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


def random_tile(seed=0):
    rng = np.random.default_rng(seed)
    index = rng.integers(0, 256, (256, 256)).astype(np.uint8)
    palette = rng.integers(0, 256, (256, 4)).astype(np.uint8)
    return index, palette


def decoded(content):
    """(indices, palette) as GDAL reads them."""
    with MemoryFile(content) as file, file.open(driver="PNG") as dataset:
        colours = dataset.colormap(1)
        return dataset.read(1), np.array([colours[i] for i in range(256)], np.uint8)


def test_gdal_reads_back_indices_and_colours():
    index, palette = random_tile()
    got_index, got_palette = decoded(png.indexed_png(index, palette))
    np.testing.assert_array_equal(got_index, index)
    np.testing.assert_array_equal(got_palette, palette)


def test_the_first_bytes_depend_on_the_palette_alone():
    (one, palette), (two, other) = random_tile(1), random_tile(2)
    head = png.header(palette)
    assert len(head) == png.HEADER_BYTES == 1081
    assert png.indexed_png(one, palette)[:1081] == png.indexed_png(two, palette)[:1081] == head
    assert png.header(other) != head


def test_restyling_equals_drawing_anew():
    index, palette = random_tile(3)
    _, other = random_tile(4)
    restyled = png.restyle(png.indexed_png(index, palette), png.header(other))
    assert restyled == png.indexed_png(index, other)
    np.testing.assert_array_equal(decoded(restyled)[1], other)


def test_indices_come_back():
    index, palette = random_tile(5)
    np.testing.assert_array_equal(png.indices(png.indexed_png(index, palette)), index)
    with pytest.raises(CorruptFile):
        png.indices(b"\x89PNG" + bytes(2000))


@pytest.mark.parametrize("shape", [(256, 255), (512, 512), (256,)])
def test_only_whole_tiles_are_taken(shape):
    with pytest.raises(InvalidArgument):
        png.pixels(np.zeros(shape, np.uint8))


def test_only_whole_palettes_are_taken():
    with pytest.raises(InvalidArgument):
        png.header(np.zeros((255, 4), np.uint8))
    with pytest.raises(InvalidArgument):
        png.header(np.zeros((256, 4), np.int64))
