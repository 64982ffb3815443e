"""Styles: five looks of a score, in order for every eye, equal to what their name promises."""

import numpy as np
import pytest
from rio_tiler.colormap import cmap

from geoml.raster.coding import LEVELS, class_palette, score_index
from tiles import styles

CLASSES = class_palette(
    (0, 20, 40, 60, 80, 100), ("#000004", "#57106e", "#bc3754", "#f98e09", "#fcffa4")
)
# Machado, Oliveira, Fernandes 2009: what each kind of colour blindness sees, at full severity.
SEEN_BY = {
    "all": np.eye(3),
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def luminance(palette, matrix):
    """Relative luminance 0..1 of the levels, as somebody sees them (sRGB, IEC 61966-2-1)."""
    share = palette[1 : LEVELS + 1, :3] / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.clip(linear @ np.asarray(matrix, float).T, 0, 1) @ [0.2126, 0.7152, 0.0722]


def test_a_score_has_five_styles_and_each_has_a_title():
    found = styles.of_scores(CLASSES)
    assert sorted(found) == ["cividis", "default", "greys", "inferno", "viridis"]
    assert set(found) | set(styles.of_flags()) == set(styles.TITLES)
    for palette in found.values():
        assert (palette.shape, palette.dtype) == ((256, 4), np.uint8)
        assert not palette[0].any()
        assert (palette[1 : LEVELS + 1, 3] == 255).all()
        assert not palette[LEVELS + 1 :].any()


@pytest.mark.parametrize("name", ["inferno", "viridis", "cividis", "greys"])
def test_a_ramp_is_the_one_that_its_name_means(name):
    palette, table = styles.ramp(name), cmap.get(name)
    for score in (0.1, 12.3, 50.0, 77.7, 99.9):
        [index] = score_index(np.array([score]))
        nearest = [tuple(int(c) for c in table[min(max(round(score * 2.55) + d, 0), 255)][:3])
                   for d in (-1, 0, 1)]  # fmt: skip
        assert tuple(int(c) for c in palette[index][:3]) in nearest


@pytest.mark.parametrize("eye", SEEN_BY)
@pytest.mark.parametrize("name", ["inferno", "viridis", "cividis", "greys"])
def test_more_is_always_lighter_or_always_darker_for_every_eye(name, eye):
    steps = np.diff(luminance(styles.ramp(name), SEEN_BY[eye])[::10])
    assert (steps > 0).all() or (steps < 0).all()


def test_a_legend_of_a_ramp_has_its_ends():
    told = styles.stops("greys")
    assert len(told) == 11
    assert told[0] == "#" + bytes(styles.ramp("greys")[1][:3]).hex()
    assert told[-1] == "#" + bytes(styles.ramp("greys")[LEVELS][:3]).hex()


def test_flags_draw_only_what_is_outside():
    for palette in styles.of_flags().values():
        assert palette[2, 3] > 0
        assert not np.delete(palette, 2, axis=0).any()


def test_no_two_styles_look_the_same():
    for group in (styles.of_scores(CLASSES), styles.of_flags()):
        assert len({palette.tobytes() for palette in group.values()}) == len(group)
