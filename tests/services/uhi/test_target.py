import numpy as np
import pytest

from geoml.errors import GridMismatch, InvalidArgument, NotEnoughData
from geoml.raster.grid import Grid
from geoml.services.uhi.target import target_of

GRID = Grid("EPSG:2154", 0, 0, 30, 30, 20, 20)


def town():
    """Meadow outside at 295 K, a garden in town at 298 K, streets at 305 K."""
    inside = np.zeros(GRID.shape, bool)
    inside[4:16, 4:16] = True
    garden = np.zeros(GRID.shape, bool)
    garden[6:14, 6:14] = True
    label = np.where(inside, np.where(garden, 298.0, 305.0), 295.0)
    ndvi = np.where(~inside | garden, 0.7, 0.1)
    density = np.where(inside & ~garden, 0.6, 0.0)
    return label, {"ndvi": ndvi, "building_density": density}, inside


def test_ring_is_the_countryside_and_is_not_relative_to_the_area():
    label, features, inside = town()
    target, said = target_of(label, features, GRID, inside=inside)
    assert (said["mode"], said["temperature_k"], said["cells"]) == ("ring", 295.0, 256)
    assert said["relative_to_area"] is False
    assert target[0, 0] == 0
    assert target[5, 5] == 10
    assert target.dtype == np.float32


def test_without_a_boundary_the_vegetated_cells_are_the_reference():
    label, features, _ = town()
    _, said = target_of(label, features, GRID, inside=None)
    assert said["mode"] == "vegetated"
    assert "relative to this area" in said["text"]["en"]
    assert "par rapport à ce territoire" in said["text"]["fr"]


def test_a_town_whose_boundary_leaves_no_countryside():
    label, features, _ = town()
    _, said = target_of(label, features, GRID, inside=np.ones(GRID.shape, bool))
    assert said["mode"] == "vegetated"


def test_without_vegetation_the_median_of_the_area():
    label, features, inside = town()
    _, said = target_of(label, {"ndvi": features["ndvi"] - 0.5}, GRID, inside=inside)
    assert (said["mode"], said["cells"]) == ("area", 400)
    assert said["relative_to_area"] is True
    _, said = target_of(label, {}, GRID, inside=inside)
    assert said["mode"] == "area"


def test_built_meadow_is_no_reference_but_unknown_density_may_be():
    label, features, inside = town()
    features["building_density"][:2] = 0.2
    features["building_density"][-2:] = np.nan
    _, said = target_of(label, features, GRID, inside=inside)
    assert said["cells"] == 256 - 40


def test_unknown_stays_unknown_and_is_no_reference():
    label, features, inside = town()
    label[0] = np.nan
    target, said = target_of(label, features, GRID, inside=inside)
    assert np.isnan(target[0]).all()
    assert np.isfinite(target[1:]).all()
    assert said["cells"] == 236


def test_a_mode_that_is_asked_for_and_cannot_be_is_an_error():
    label, features, _ = town()
    with pytest.raises(NotEnoughData, match="50 vegetated open cells"):
        target_of(label, features, GRID, inside=None, mode="ring")
    with pytest.raises(InvalidArgument, match="unknown reference mode"):
        target_of(label, features, GRID, inside=None, mode="airport")


def test_layers_of_another_shape_are_named():
    label, features, inside = town()
    features["ndvi"] = features["ndvi"][1:]
    with pytest.raises(GridMismatch, match="ndvi"):
        target_of(label, features, GRID, inside=inside)
