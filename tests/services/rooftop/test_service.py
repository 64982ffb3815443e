"""What the declaration promises of its columns, and of predictions a person would ask for."""

import geopandas
import numpy as np
import shapely

from geoml.contract import Ground
from geoml.services.rooftop import SERVICE
from geoml.services.rooftop.answers import answers_of


def test_answers_have_the_declared_columns_and_no_other():
    shape = shapely.box(843_000, 6_519_000, 843_010, 6_519_012)
    roofs = geopandas.GeoDataFrame(geometry=[shape], crs="EPSG:2154")
    got = answers_of(roofs, Ground(45.7, 4.9))
    declared = [one.name for one in SERVICE.segmentation.columns]
    assert list(got.columns) == [*declared, "applicability"]
    for column in SERVICE.segmentation.columns:
        assert (got[column.name].dtype.kind in "if") == bool(column.unit), column.name


def test_nothing_found_is_an_empty_table():
    nothing = geopandas.GeoDataFrame(geometry=[], crs="EPSG:2154")
    assert len(answers_of(nothing, Ground(45.7, 4.9))) == 0


def test_beyond_the_polar_circle_nothing_is_answered():
    shape = shapely.box(500_000, 7_700_000, 500_010, 7_700_012)
    roofs = geopandas.GeoDataFrame(geometry=[shape], crs="EPSG:32633")
    got = answers_of(roofs, Ground(69.4, 15.0))
    assert (
        got[["irradiation_kwh_m2", "irradiation_low", "kwh_yr", "applicability"]]
        .isna()
        .all(axis=None)
    )
    assert got["plan_area_m2"].iloc[0] == 120


def test_a_good_roof_in_lyon_and_a_poor_one(sun):
    good = sun(latitude=45.75, tilt=30, azimuth=180, shading=0.02)
    poor = sun(latitude=45.75, tilt=45, azimuth=0, shading=0.3)
    assert 1350 < good.target[0] < 1650
    assert SERVICE.score.score(good.target)[0] > 60
    assert SERVICE.score.score(poor.target)[0] < 15
    assert good.contributions["azimuth"][0] > 0 > poor.contributions["azimuth"][0]


def test_doubts_are_said_where_orientation_or_shade_is_unknown():
    assert [one["code"] for one in SERVICE.doubted(("latitude",))] == [
        "orientation_unknown", "shading_unknown"
    ]  # fmt: skip
    assert SERVICE.doubted(("latitude", "tilt", "shading")) == []


def test_the_manifest_says_what_training_wrote_over_what_always_holds(model):
    other = SERVICE.load(None, {"version": "2", "champion": "net", "synthetic": True})
    assert (other.manifest["champion"], other.manifest["synthetic"]) == ("net", True)
    assert model.manifest["interval_level"] == 0.8
    assert np.isfinite(model.predict({"latitude": np.array([10.0])}).target[0])


def test_an_area_may_have_a_sky_of_its_own_and_the_answer_says_so(tmp_path):
    shape = shapely.box(843_000, 6_519_000, 843_010, 6_519_012)
    roofs = geopandas.GeoDataFrame(geometry=[shape], crs="EPSG:2154")
    packaged = answers_of(roofs, Ground(45.7, 4.9, folder=tmp_path))
    own = f'clearness = {[0.95] * 12}\nuncertainty = 0.03\nsource = "our station"\n'
    (tmp_path / SERVICE.segmentation.kept[0]).write_text(own)
    clear = answers_of(roofs, Ground(45.7, 4.9, folder=tmp_path))
    assert (clear["irradiation_kwh_m2"] > packaged["irradiation_kwh_m2"]).all()
    told = clear.attrs["assumptions"]["sky_uncertainty"]
    assert (told["value"], told["source"]) == (0.03, "our station")
