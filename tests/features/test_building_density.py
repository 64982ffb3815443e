import numpy as np

from geoml.features.building_density import QUANTITY


def test_the_covered_share_is_kept_and_unknown_stays_unknown():
    covered = np.array([[0, 0.25], [1.0000001, np.nan]], np.float32)
    got = QUANTITY.compute({"buildings": covered}, None)
    np.testing.assert_array_equal(got, np.array([[0, 0.25], [1, np.nan]], np.float32))
