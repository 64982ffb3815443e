"""What the numbers of a picture are as colours, and what of it is nothing but a collar."""

import warnings

import numpy as np
import pytest
import rasterio

from geoml.raster.picture import read_picture

SIDE = 60
RAMP = np.linspace(0, 1, SIDE * SIDE).reshape(1, SIDE, SIDE)
"""Black in the north, white in the south."""


def write(path, bands, **options):
    profile = {"driver": "GTiff", "count": len(bands), "dtype": bands.dtype.name, **options}
    with rasterio.Env(GDAL_PAM_ENABLED="NO"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path, "w", height=bands.shape[1], width=bands.shape[2], **profile
        ) as dataset:
            dataset.write(bands)
    return path


@pytest.mark.parametrize("driver", ["GTiff", "PNG"])
@pytest.mark.parametrize("bits", [1, 2, 4])
def test_grey_of_few_bits_is_black_to_white(tmp_path, bits, driver):
    numbers = np.rint(RAMP * (2**bits - 1)).astype(np.uint8)
    picture = read_picture(write(tmp_path / "a", numbers, driver=driver, nbits=bits))
    expected = numbers[0] * (255 / (2**bits - 1))
    assert np.abs(picture.rgb - expected[..., None]).max() <= 1
    assert picture.known.all()
    if bits > 1:
        assert f"{bits} bits: 0 to {2**bits - 1}" in picture.notes[-1]


def test_colours_of_few_bits_are_too(tmp_path):
    numbers = np.rint(np.concatenate([RAMP, RAMP / 2, RAMP / 3]) * 15).astype(np.uint8)
    rgb = read_picture(write(tmp_path / "a", numbers, nbits=4, photometric="rgb")).rgb
    assert np.abs(rgb.transpose(2, 0, 1) - numbers * 17.0).max() <= 1


@pytest.mark.parametrize("bits", [1, 4, 8, 16])
def test_where_0_is_white_it_is_shown_white(tmp_path, bits):
    kind = np.uint16 if bits == 16 else np.uint8
    numbers = np.rint((1 - RAMP) * (2**bits - 1)).astype(kind)
    path = write(tmp_path / "a", numbers, nbits=bits, photometric="miniswhite")
    picture = read_picture(path)
    expected = 255 - numbers[0] * (255 / (2**bits - 1))
    assert np.abs(picture.rgb[..., 1] - expected).max() <= 3  # the ends of 16 bits are percentiles
    assert bits == 1 or "0 is white in this file" in picture.notes
