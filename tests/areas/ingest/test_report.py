import pytest

from geoml.areas.ingest.report import Report, coarseness, metres, source_report


def test_a_report_reads_in_words_and_as_json():
    facts = {
        "file": "nir.tif",
        "quantity": "top-of-atmosphere reflectance, near infrared",
        "unit": "1",
        "sensor": "landsat7",
        "coverage_percent": 87.9,
        "native_m": 29.9928,
        "factor": 2,
        "masked_percent": 12.04,
        "notes": ["3 cells unknown"],
    }
    report = Report("pa", (source_report("nir", facts, 60.0, "2002-07-20"),))
    assert report.lines() == [
        "nir: top-of-atmosphere reflectance, near infrared, 30 m stored at 30 m, "
        "covers 87.9 % of the area, 12.0 % masked as cloud or shadow, 3 cells unknown"
    ]
    document = report.as_dict()
    assert document["area"] == "pa"
    assert document["sources"][0]["date"] == "2002-07-20"
    assert document["sources"][0]["rows"] is None


def test_a_vector_has_rows_and_no_cells():
    facts = {
        "file": "zones.parquet",
        "quantity": "zones of the town",
        "unit": "",
        "coverage_percent": 50.0,
        "rows": 8,
        "notes": [],
    }
    source = source_report("zones", facts, 30.0, None)
    assert source.line() == "zones: zones of the town, 8 rows, covers 50.0 % of the area"
    assert source.stored_m is None


@pytest.mark.parametrize(
    ("length", "told"),
    [(9.9928, "9.99 m"), (10.0, "10 m"), (842.7, "843 m"), (0.19999, "0.2 m"), (12_345, "12300 m")],
)
def test_lengths_have_three_digits(length, told):
    assert metres(length) == told


def test_cells_much_coarser_than_the_grid_are_noted():
    assert coarseness(90.0, 30.0) == []
    assert coarseness(842.7, 30.0) == ["843 m cells stored at 30 m: much coarser than the grid"]
