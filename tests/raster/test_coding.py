"""Bytes of web tiles: known answers at every class edge, and the promised error bound."""

import numpy as np
import pytest

from geoml.errors import InvalidArgument
from geoml.raster import coding


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_known_answers(dtype):
    score = np.array([0, 0.39, 0.4, 20, 19.99, 60, 59.99, 99.7, 100, np.nan], dtype)
    want = [1, 1, 2, 51, 50, 151, 150, 250, 250, 0]
    assert coding.score_index(score).tolist() == want


def test_out_of_range_scores_stay_in_the_legend():
    assert coding.score_index(np.array([-5.0, 140.0])).tolist() == [1, 250]


def test_the_error_bound_holds():
    score = np.linspace(0, 100, 200_001)
    error = np.abs(coding.score_of(coding.score_index(score)) - score)
    assert error.max() <= coding.ERROR_BOUND + 1e-5
    assert error.max() > coding.ERROR_BOUND - 1e-3
    assert np.isnan(coding.score_of(np.zeros(1, np.uint8)))[0]


def test_applicability():
    got = coding.applicability_index(np.array([0.0, 1.0, 1.0001, 7.0, np.nan]))
    assert got.tolist() == [1, 1, 2, 2, 0]


def test_a_class_palette_paints_whole_classes():
    palette = coding.class_palette((0, 20, 100), ("#010203", "#0a0b0c"))
    assert palette[0].tolist() == [0, 0, 0, 0]
    assert (palette[1:51] == [1, 2, 3, 255]).all()
    assert (palette[51:251] == [10, 11, 12, 255]).all()
    score = np.array([19.999, 20.0])
    assert palette[coding.score_index(score), 0].tolist() == [1, 10]


def test_edges_between_levels_are_refused():
    with pytest.raises(InvalidArgument):
        coding.class_palette((0, 33.3, 100), ("#010203", "#0a0b0c"))
    with pytest.raises(InvalidArgument):
        coding.class_palette((0, 20, 100), ("#010203",))


def test_hatching_marks_class_2_only_and_runs_over_borders():
    wide = np.full((256, 512), 2, np.uint8)
    wide[:, :100] = 1
    wide[:20] = 0
    drawn = np.hstack([coding.hatch(wide[:, :256]), coding.hatch(wide[:, 256:])])
    np.testing.assert_array_equal(drawn, coding.hatch(wide))
    assert set(np.unique(drawn[wide == 2])) == {0, 2}
    assert not drawn[wide != 2].any()
    assert (drawn[wide == 2] == 2).mean() == pytest.approx(0.25, abs=0.01)
