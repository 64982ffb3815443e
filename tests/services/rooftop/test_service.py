"""What the declaration promises of its columns, and of predictions a person would ask for."""

import geopandas
import numpy as np
import pytest
import shapely

from geoml.contract import Ground
from geoml.raster.cog import write
from geoml.raster.grid import Grid
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


def _street(crs="EPSG:2154"):
    shapes = [shapely.box(843_000, 6_519_000 + 20 * i, 843_012, 6_519_010 + 20 * i) for i in (0, 1)]
    return geopandas.GeoDataFrame(geometry=shapes, crs=crs)


def _codes(told):
    return [one["code"] for one in told.attrs["warnings"]]


def test_beyond_the_polar_circle_nobody_says_how_much_fits():
    """Which faces carry panels the sun decides, so that of another latitude must not."""
    there = answers_of(_street(), Ground(68.0, 20.0))
    assert there[["usable_area_m2", "kwp", "kwh_yr", "shading_percent"]].isna().all(axis=None)
    assert there["plan_area_m2"].tolist() == [120.0, 120.0]
    assert _codes(there) == ["unanswered"]
    assert _codes(answers_of(_street(), Ground(45.0, 5.0))) == []


@pytest.fixture
def heights(tmp_path):
    """Write a surface model over level ground of 200 m: of nothing, or of two flat roofs."""
    grid = Grid("EPSG:2154", 842_980, 6_519_060, 1.0, 1.0, 80, 80)
    ground = np.full(grid.shape, 200.0, np.float32)

    def drawn(roofs_m=None, per_metre=1.0):
        surface = ground.copy()
        for top in (30, 50) if roofs_m else ():
            surface[top : top + 10, 20:32] += roofs_m
        write(tmp_path / "dsm.tif", surface * per_metre, grid)
        write(tmp_path / "dem.tif", ground, grid)
        return Ground(45.7, 4.9, {key: tmp_path / f"{key}.tif" for key in ("dsm", "dem")})

    return drawn


def test_a_surface_model_that_tells_little_or_is_in_feet_is_told(heights):
    assert _codes(answers_of(_street(), heights(roofs_m=6.0))) == []
    assert _codes(answers_of(_street(), heights())) == ["few_faces"]
    assert _codes(answers_of(_street(), heights(roofs_m=6.0, per_metre=1 / 0.3048))) == ["tall"]
