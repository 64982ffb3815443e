import math

import numpy as np
import pytest

from geoml.areas.ingest.attributes import number, tidy, wanted


@pytest.mark.parametrize(
    ("text", "metres"),
    [("12.5", 12.5), ("12,5 m", 12.5), (7, 7.0), ("40 ft", 12.192), ("10'", 3.048)],
)
def test_heights_are_read_as_people_write_them(text, metres):
    assert number(text) == pytest.approx(metres)


@pytest.mark.parametrize("text", ["", "high", None, "12;15", "-3"])
def test_what_is_no_height_is_unknown(text):
    assert math.isnan(number(text))


def test_buildings_have_a_measured_height_or_one_from_storeys():
    columns = {
        "HAUTEUR": np.array([9.5, np.nan, np.nan, 0.0]),
        "building:levels": np.array(["3", "2", None, None], dtype=object),
    }
    kept = tidy("buildings", columns, 4)
    np.testing.assert_array_equal(kept["height_m"], [9.5, 6.0, np.nan, np.nan])
    assert kept["height_from"].tolist() == ["measured", "levels", None, None]
    assert kept["name"].tolist() == [None] * 4


def test_only_what_is_known_is_read():
    fields = ["fid", "NOM", "height", "rent_per_month", "name"]
    assert wanted("buildings", fields) == ["name", "height"]
    assert wanted("zones", fields) == ["name"]
    assert wanted("water", ["osm_id"]) == []


def test_sites_keep_their_columns_under_plain_names():
    columns = {"Débit (m3/s)": np.array([1.5, np.nan]), "Owner": np.array(["a", " "], dtype=object)}
    assert wanted("sites", list(columns)) == list(columns)
    kept = tidy("sites", columns, 2)
    assert list(kept) == ["d_bit_m3_s", "owner"]
    assert kept["owner"].tolist() == ["a", None]


def test_names_are_text_or_missing():
    kept = tidy("zones", {"nom": np.array([" Centre ", "", None, 7], dtype=object)}, 4)
    assert kept["name"].tolist() == ["Centre", None, None, "7"]
