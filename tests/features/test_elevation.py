import numpy as np

from geoml.features.elevation import QUANTITY


def test_the_ground_as_it_is():
    dem = np.array([[12.5, np.nan]], np.float32)
    np.testing.assert_array_equal(QUANTITY.compute({"dem": dem}, None), dem)
