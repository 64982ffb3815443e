from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import Polygon, box

from geoml.errors import GridMismatch, InvalidArgument
from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.azimuth import CompassAzimuth
from geoml.features.solar.planes import planes
from geoml.features.solar.potential import COLUMNS, Place, grid_north, potential
from geoml.features.solar.sky import Sky, sky_at
from geoml.features.solar.survey import NOTES
from tests.features.solar.conftest import CRS, NORTH, WEST, House, Street

TOWN = Place(45.0, 3.0)
STREET = Street(
    (
        House(20, 20, 30, 180),
        House(60, 20, 40, 90),
        House(20, 60, 0, 0, width=20, depth=20, faces=1),
        House(60, 60, 20, 225, faces=1),
    )
)


@pytest.fixture
def measured(draw):
    surface, ground = draw(STREET)
    return potential(STREET.roofs(), TOWN, surface=surface, ground=ground)


def test_every_roof_has_every_column_and_its_own_index():
    roofs = STREET.roofs().set_index(np.array(["a", "b", "c", "d"]))
    got = potential(roofs, TOWN)
    assert tuple(got.columns) == COLUMNS
    assert list(got.index) == ["a", "b", "c", "d"]


def test_faces_are_measured(measured):
    assert list(measured.facets) == [2, 2, 1, 1]
    assert list(measured.orientation) == ["measured", "measured", "flat", "measured"]
    assert measured.tilt_deg.to_numpy() == pytest.approx([30, 40, 0, 20], abs=1)
    assert measured.azimuth_deg[0] == pytest.approx(180, abs=1)
    assert np.isnan(measured.azimuth_deg[2])
    assert measured.azimuth_deg[3] == pytest.approx(225, abs=1)
    assert measured.height_m.between(5, 15).all()


@pytest.mark.parametrize("cell", [0.1, 0.2, 1.0])
def test_other_cells_tell_the_same_roofs(draw, measured, cell):
    """Photogrammetry in 0.1 m is noisy; lidar in 1 m is coarse."""
    surface, ground = draw(STREET, cell, noise=0.15 if cell < 0.5 else 0.05)
    got = potential(STREET.roofs(), TOWN, surface=surface, ground=ground)
    assert list(got.facets) == list(measured.facets)
    np.testing.assert_allclose(got.tilt_deg, measured.tilt_deg, atol=1)
    np.testing.assert_allclose(got.kwp, measured.kwp, rtol=0.12)


def test_the_sunny_face_of_a_house_carries_the_modules(measured):
    """16 x 12 m, half of it to the south, 0.5 m free on all sides: 15 x 5 m, along 30 degrees."""
    free = 15 * 5 / np.cos(np.radians(30))
    assert measured.usable_area_m2[0] == pytest.approx(free * 0.80, rel=0.05)
    assert measured.kwp[0] == pytest.approx(free * 0.80 * 0.20, rel=0.05)
    best = planes(45.0, sky_at(45.0)).yearly(np.array([30.0]), CompassAzimuth(180.0))[0]
    assert measured.irradiation_kwh_m2[0] == pytest.approx(best, rel=0.02)


def test_energy_is_power_times_sun_times_performance(measured):
    ratio = Assumptions().performance_ratio
    expected = measured.kwp * measured.irradiation_kwh_m2 * ratio
    np.testing.assert_allclose(measured.kwh_yr, expected, rtol=1e-6)
    months = np.array(measured.kwh_month.tolist())
    np.testing.assert_allclose(months.sum(axis=1), measured.kwh_yr, rtol=1e-6)
    assert (months[0, 5:7] > 2 * months[0, [0, 11]]).all()


def test_intervals_hold_their_medians_and_measuring_narrows_them(measured):
    blind = potential(STREET.roofs(), TOWN)
    for got in (measured, blind):
        assert (got.irradiation_low < got.irradiation_kwh_m2).all()
        assert (got.irradiation_kwh_m2 < got.irradiation_high).all()
        assert (got.kwh_yr_low < got.kwh_yr).all()
        assert (got.kwh_yr < got.kwh_yr_high).all()
    widths = [(t.kwh_yr_high - t.kwh_yr_low) / t.kwh_yr for t in (measured, blind)]
    assert (widths[0] < 0.75 * widths[1]).all()


def test_without_a_surface_model_orientation_and_shade_are_unknown_not_zero():
    got = potential(STREET.roofs(), TOWN)
    assert set(got.orientation) == {"unknown"}
    assert set(got.orientation_note) == {"no surface"}
    blank = got[["tilt_deg", "azimuth_deg", "shading_percent", "height_m"]]
    assert blank.isna().all(axis=None)
    assert got.usable_area_m2.to_numpy() == pytest.approx(0.4 * got.plan_area_m2.to_numpy())
    months = np.array(got.kwh_month.tolist())
    np.testing.assert_allclose(months.sum(axis=1), got.kwh_yr, rtol=1e-6)


def test_a_roof_too_small_for_modules_still_tells_its_sun():
    shed = gpd.GeoDataFrame(geometry=[box(WEST, NORTH - 3, WEST + 4, NORTH)], crs="EPSG:32631")
    got = potential(shed, TOWN).iloc[0]
    assert (got.kwp, got.kwh_yr, got.kwh_yr_low, got.kwh_yr_high) == (0, 0, 0, 0)
    assert got.irradiation_kwh_m2 > 800


def test_a_tall_neighbour_in_the_south_takes_sun(draw):
    low = House(40, 30, 0, 0, faces=1)
    anywhere = replace(Assumptions(), least_sun=0.0)
    streets = Street((low,)), Street((low, _Tower(40, 50, 0, 0, faces=1)))
    alone, beside = (
        potential(streets[0].roofs(), TOWN, surface=draw(each)[0], assumptions=anywhere).iloc[0]
        for each in streets
    )
    assert alone.shading_percent < 1
    assert 15 < beside.shading_percent < 60
    assert beside.irradiation_kwh_m2 < alone.irradiation_kwh_m2
    winter = np.array(beside.kwh_month)[[11, 0]] / np.array(alone.kwh_month)[[11, 0]]
    summer = beside.kwh_month[5] / alone.kwh_month[5]
    assert winter.max() < summer


def test_a_roof_that_is_not_there_is_not_measured(draw):
    surface, ground = draw(Street((House(20, 20, 30, 180),)))
    field = gpd.GeoDataFrame(
        geometry=[box(WEST + 50, NORTH - 70, WEST + 70, NORTH - 50)], crs="EPSG:32631"
    )
    got = potential(field, TOWN, surface=surface, ground=ground).iloc[0]
    assert (got.orientation, got.orientation_note) == ("unknown", "low")
    assert got.height_m == pytest.approx(0, abs=0.1)


def test_a_roof_beyond_the_surface_model_is_unknown(draw):
    surface, _ = draw(STREET)
    away = gpd.GeoDataFrame(
        geometry=[box(WEST + 900, NORTH - 20, WEST + 920, NORTH)], crs="EPSG:32631"
    )
    got = potential(away, TOWN, surface=surface).iloc[0]
    assert (got.orientation, got.orientation_note) == ("unknown", "outside")


def test_azimuths_are_true_at_the_edge_of_a_zone(draw):
    """At 0 E in zone 31 the grid's north lies 2 degrees west of true north."""
    from pyproj import Geod, Transformer

    back = Transformer.from_crs(CRS, "OGC:CRS84", always_xy=True)
    x, y = Transformer.from_crs("OGC:CRS84", CRS, always_xy=True).transform(0.0, 45.0)
    up = Geod(ellps="WGS84").inv(*back.transform(x, y), *back.transform(x, y + 100))[0]
    assert up == pytest.approx(-2.12, abs=0.01)
    surface, _ = draw(STREET, noise=0)
    got = potential(STREET.roofs(), Place(45.0, 0.0), surface=surface)
    assert got.azimuth_deg[0] == pytest.approx(180 + up, abs=0.1)


def test_in_the_south_the_northern_face_carries_the_modules(draw):
    surface, _ = draw(STREET)
    got = potential(STREET.roofs(), Place(-34.0, 3.0), surface=surface)
    assert min(got.azimuth_deg[0], 360 - got.azimuth_deg[0]) < 1


def test_web_mercator_is_refused_where_it_stretches():
    with pytest.raises(InvalidArgument, match="areas"):
        grid_north("EPSG:3857", TOWN)
    assert abs(grid_north(CRS, TOWN)) < 0.01


def test_an_empty_outline_is_nowhere(draw):
    roofs = gpd.GeoDataFrame(geometry=[STREET.houses[0].outline, None, Polygon()], crs=CRS)
    got = potential(roofs, TOWN, surface=draw(STREET)[0])
    assert list(got.orientation) == ["measured", "unknown", "unknown"]
    assert got.kwp[0] > 0
    assert not (got.kwp[1:] > 0).any()


def test_every_note_is_said_in_both_languages(measured):
    assert set(measured.orientation_note) <= set(NOTES)
    assert all(text.fr and text.en for text in NOTES.values())


def test_no_roofs_is_no_rows(draw):
    nothing = STREET.roofs().iloc[:0]
    got = potential(nothing, TOWN, surface=draw(STREET)[0])
    assert got.empty
    assert tuple(got.columns) == COLUMNS


@pytest.mark.parametrize("crs", [4326, 2225], ids=["degrees", "US feet"])
def test_what_is_not_in_metres_is_refused(crs):
    with pytest.raises(InvalidArgument, match="metres"):
        potential(STREET.roofs().to_crs(crs), TOWN)


def test_another_coordinate_system_is_refused(draw):
    with pytest.raises(GridMismatch, match="coordinate system"):
        potential(STREET.roofs().to_crs(2154), TOWN, surface=draw(STREET)[0])


def test_a_sky_of_ones_own_moves_the_answer():
    dull = Sky((3.0,) * 12, (0.4,) * 12, 0.05, 0.04, "a dull place")
    got = potential(STREET.roofs(), TOWN, sky=dull)
    assert (got.irradiation_kwh_m2 < potential(STREET.roofs(), TOWN).irradiation_kwh_m2).all()


class _Tower(House):
    def heights(self, east, north):
        return super().heights(east, north) + 25
