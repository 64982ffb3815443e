import pytest

from geoml.areas.demo.materials import BANDS, CODE, MATERIALS, table

RED, NIR = BANDS.index("red"), BANDS.index("nir")


def ndvi(name):
    bands = MATERIALS[CODE[name]].reflectance
    return (bands[NIR] - bands[RED]) / (bands[NIR] + bands[RED])


def test_vegetation_index_of_the_pure_materials():
    assert ndvi("broadleaf") > 0.8
    assert ndvi("meadow") > 0.7
    assert 0.1 < ndvi("soil") < 0.3
    assert 0 < ndvi("asphalt") < 0.12
    assert ndvi("river") < -0.2
    assert ndvi("sea") < -0.2


def test_all_values_are_physical():
    for material in MATERIALS:
        assert all(0 < value < 0.6 for value in material.reflectance), material.name
        assert 0 <= material.evaporative < 1
        assert 0 <= material.ground < 1
        assert 20 <= material.conductance <= 45
        assert material.cover in {10, 20, 30, 40, 50, 60, 80, 90}


def test_what_is_sealed_warms_more_than_what_transpires():
    response = table("response")
    assert response[CODE["asphalt"]] > 1.4 * response[CODE["meadow"]]
    assert response[CODE["broadleaf"]] < response[CODE["meadow"]] < response[CODE["stubble"]]
    assert response[CODE["river"]] < response[CODE["broadleaf"]]


def test_table_has_one_number_per_material():
    assert table("nir").shape == (len(MATERIALS),)
    assert table("cover")[CODE["tile roof"]] == pytest.approx(50)
