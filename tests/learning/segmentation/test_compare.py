import numpy as np
import pytest

from geoml.learning.segmentation.compare import Measured, Piece, compare, generated, recommended
from geoml.learning.segmentation.spec import Spec

SPEC = Spec(0.25, (0.07, 0.5), 32, 0)


class Fixed:
    """Says that the red is roof, and ``more`` of what is not."""

    def __init__(self, label, more=0.0):
        self.label, self.more = label, more

    def __call__(self, image):
        return np.clip(image[0] / 255 + self.more, 0, 1).astype(np.float32)


def piece(place, share):
    rgb = np.zeros((64, 64, 3), np.uint8)
    rgb[: int(64 * share), :, 0] = 255
    return Piece(place, 0.25, rgb, rgb[..., 0] > 0, np.ones((64, 64), bool))


def test_scores_are_told_by_place_and_beside_the_first_engine():
    pieces = [piece("a", 0.5), piece("a", 0.25), piece("b", 0.5)]
    first, second = compare([Fixed("x"), Fixed("y", 0.6)], SPEC, pieces, seconds=0)
    assert first.places == {"a": (1.0, 0.0), "b": (1.0, 0.0)}
    assert (first.difference, first.label) == (0, "x")
    assert second.difference == pytest.approx(0.6)
    assert second.places["a"][0] == pytest.approx(0.375)
    assert second.places["b"][1] == pytest.approx(100)


def told(label, pace, iou=0.8, bias=2.0, other=0.7):
    return Measured(label, pace, 0.0, {"a": (iou, bias), "b": (other, 0.0)})


@pytest.mark.parametrize(("others", "best"), [
    ([told("quick", 20)], "quick"),
    ([told("quick", 20, iou=0.796)], "quick"),
    ([told("quick", 20, iou=0.79)], "first"),
    ([told("quick", 20, other=0.69)], "first"),
    ([told("quick", 20, bias=2.6)], "first"),
    ([told("hardly", 10.5)], "first"),
    ([told("quick", 20), told("quicker", 30, bias=-1)], "quick"),
])  # fmt: skip
def test_the_quickest_that_finds_the_same_roofs_everywhere(others, best):
    assert recommended([told("first", 10), *others]).label == best


def test_made_up_pieces_have_roofs_at_several_pixels():
    found = list(generated(3, 64))
    assert len({one.place for one in found}) == 3
    assert all(one.rgb.shape == (64, 64, 3) and one.known.all() for one in found)
