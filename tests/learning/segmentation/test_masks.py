"""What counts as a roof in a mask, in every way that masks are stored."""

import numpy as np
import pytest
from PIL import Image

from geoml.errors import InvalidArgument
from geoml.learning.segmentation.masks import MaskRule, read_mask

TRUTH = np.zeros((6, 8), bool)
TRUTH[1:4, 2:7] = True
PURPLE, SAND = (0x3C, 0x10, 0x98), (226, 169, 41)


def stored(path, mode):
    """The truth as a file: a grey mask, a coloured one, or one with a palette."""
    if mode == "grey":
        image = Image.fromarray(TRUTH.astype(np.uint8) * 255)
    else:
        pixels = np.where(TRUTH[..., None], PURPLE, SAND).astype(np.uint8)
        image = Image.fromarray(pixels)
        image = image.quantize(2) if mode == "palette" else image
    image.save(path)
    return path


@pytest.mark.parametrize(
    ("mode", "rule"),
    [
        ("grey", {"nonzero": True}),
        ("grey", {"value": 255}),
        ("colour", {"colour": "#3C1098"}),
        ("palette", {"colour": "#3c1098"}),
    ],
)
def test_each_rule_finds_the_roof(tmp_path, mode, rule):
    path = stored(tmp_path / "mask.png", mode)
    np.testing.assert_array_equal(read_mask(path, MaskRule.of(rule, "here")), TRUTH)


@pytest.mark.parametrize(
    "rule", [{}, {"colour": "purple"}, {"value": 1, "nonzero": True}, {"nonzero": False}]
)
def test_a_rule_that_says_nothing_is_refused(rule):
    with pytest.raises(InvalidArgument, match="what a roof is"):
        MaskRule.of(rule, "here")
