from geoml.features.solar.choice import FETCHED, OWN, sky_of
from geoml.features.solar.sky import sky_at
from geoml.files import write_json


def test_the_towns_own_file_comes_first_then_pvgis_then_the_latitude(tmp_path):
    assert sky_of(tmp_path, 45.0, 8.0) == sky_at(45.0)

    kept = {
        "latitude": 45.0,
        "longitude": 8.0,
        "sums_kwh_m2": [38.0, 60, 95, 120, 150, 165, 175, 150, 110, 70, 42, 33],
        "interannual": 0.03,
        "years": [2005, 2023],
        "database": "PVGIS-SARAH3",
        "fetched": "2025-07-01T00:00:00+00:00",
    }
    write_json(tmp_path / FETCHED, kept)
    assert sky_of(tmp_path, 45.0, 8.0).source.startswith("PVGIS")

    text = f'clearness = {[0.8] * 12}\nuncertainty = 0.05\nsource = "our station"\n'
    (tmp_path / OWN).write_text(text)
    assert sky_of(tmp_path, 45.0, 8.0).source == "our station"
