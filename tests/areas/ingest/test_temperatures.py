import numpy as np
import pytest

from geoml.areas.ingest.temperatures import CELSIUS, FAHRENHEIT, LANDSAT_ST, named, unit_of
from geoml.errors import UnknownUnit


@pytest.mark.parametrize(
    ("unit", "value", "kelvin"),
    [
        (CELSIUS, 25.0, 298.15),
        (FAHRENHEIT, 212.0, 373.15),
        (LANDSAT_ST, 44_177.0, 300.0),
    ],
)
def test_known_points(unit, value, kelvin):
    assert unit.kelvin(np.float32([value]))[0] == pytest.approx(kelvin, abs=0.01)


@pytest.mark.parametrize(
    ("told", "tag", "median", "expected"),
    [
        (None, "degC", 30.0, "degC"),
        (None, "°C", 30.0, "degC"),
        (None, "Kelvin", 300.0, "K"),
        (None, "", 300.0, "K"),
        ("degC", "", 30.0, "degC"),
        ("dn", "", 44_177.0, "dn"),
        ("degC", "K", 30.0, "degC"),  # who ingests knows better than the file
    ],
)
def test_the_caller_then_the_tag_then_the_values_tell(told, tag, median, expected):
    assert unit_of("lst", "f.tif", told, tag, median).name == expected


@pytest.mark.parametrize(
    ("told", "tag", "median"),
    [
        (None, "", 30.0),
        (None, "", 44_177.0),
        (None, "volts", 30.0),
        ("degC", "", 300.0),
        ("K", "", 30.0),
        (None, "degC", 300.0),
    ],
)
def test_what_cannot_be_told_is_an_error_with_the_way_out(told, tag, median):
    with pytest.raises(UnknownUnit) as caught:
        unit_of("lst", "f.tif", told, tag, median)
    assert caught.value.where == "lst=f.tif"
    assert "240..345 K" in caught.value.expected
    assert f"{median:.6g}" in caught.value.got
    assert "--unit lst=degC" in caught.value.next_step


def test_units_have_many_names():
    assert {named("lst", text) for text in ("C", "celsius", "degC", "DegC")} == {"degC"}
    assert {named("lst", text) for text in ("K", "kelvin")} == {"K"}
