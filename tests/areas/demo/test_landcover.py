import numpy as np
import pytest

from geoml.areas.demo import canvas
from geoml.areas.demo.landcover import classes, paint
from geoml.areas.demo.materials import CODE, table


def test_classes_are_the_most_frequent_of_each_block():
    material = np.full((4, 8), CODE["river"], np.uint8)
    material[:3, 4:] = CODE["asphalt"]
    material[:, :1] = CODE["maize"]
    np.testing.assert_array_equal(classes(material, 4), [[80, 50]])


@pytest.mark.slow
def test_every_roof_and_all_water_is_painted(layout):
    surface = paint(layout)
    cover = table("cover")[surface.material]
    roofs = canvas.mask(surface.grid, *(building.shape for building in layout.buildings))
    assert (cover[roofs] == 50).mean() > 0.9  # gravel roofs are bare ground to a class map
    assert surface.height_m[roofs].min() >= 3
    river = canvas.mask(surface.grid, layout.water.main)
    assert (cover[river] == 80).mean() > 0.97  # bridges
    shares = {code: float((cover == code).mean()) for code in (10, 30, 40, 50, 80)}
    assert min(shares.values()) > 0.005
    assert 0.3 < surface.tone.min() < 0.7 < 1.4 < surface.tone.max() < 2.2
    assert 0 <= surface.bare.min() <= surface.bare.max() <= 1
