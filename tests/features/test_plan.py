import pytest

from geoml.errors import InvalidArgument, UnknownFeature
from geoml.features.plan import plan
from geoml.features.quantity import Quantity
from geoml.raster.grid import Grid
from geoml.types import Text

GRID = Grid("EPSG:2154", 0, 0, 30, 60, 100, 100)
MEAN = "imperviousness_mean_300m"


def order_of(work):
    return [quantity.name for quantity in work.order]


def test_a_mean_widens_all_that_it_is_made_from():
    work = plan([MEAN], ("red", "nir"), GRID, take_ready=False)
    assert order_of(work) == ["ndvi", "imperviousness", MEAN]
    assert work.halo == {MEAN: 0, "imperviousness": 10, "ndvi": 10, "nir": 10, "red": 10}


def test_optional_inputs_are_taken_when_their_sources_are_there():
    work = plan(["imperviousness"], ("red", "nir", "buildings"), GRID, take_ready=False)
    assert work.inputs["imperviousness"] == ("ndvi", "nir", "building_density")
    without = plan(["imperviousness"], ("red", "nir", "green"), GRID, take_ready=False)
    assert without.inputs["imperviousness"] == ("ndvi", "nir", "green")


def test_what_was_computed_before_is_read_not_computed_again():
    work = plan([MEAN], ("red", "nir"), GRID, take_ready=True)
    assert order_of(work) == [MEAN]
    assert work.ready == {"imperviousness"}
    assert work.halo["imperviousness"] == 10


def test_what_is_asked_for_is_computed_even_if_it_could_be_read():
    work = plan([MEAN, "imperviousness"], ("red", "nir"), GRID, take_ready=True)
    assert order_of(work) == ["imperviousness", MEAN]
    assert work.ready == {"ndvi"}


def test_the_whole_raster_is_in_no_block():
    work = plan(["water_distance", "ndvi"], ("red", "nir", "water"), GRID, take_ready=False)
    assert order_of(work) == ["ndvi"]
    assert [quantity.name for quantity in work.wide] == ["water_distance"]


def test_members_of_a_family_are_planned_together():
    work = plan(["hand", "elevation", "twi"], ("dem",), GRID, take_ready=False)
    assert order_of(work) == ["elevation"]
    assert [(f.name, set(members)) for f, members in work.families.items()] == [
        ("hydrology", {"hand", "twi"})
    ]
    assert work.inputs["hand"] == ("dem",)


def test_a_missing_source_is_named():
    with pytest.raises(InvalidArgument, match=r"ndvi: .*expected red, nir, got no source nir"):
        plan(["ndvi"], ("red",), GRID, take_ready=False)


def test_an_unknown_name_is_refused():
    with pytest.raises(UnknownFeature, match="heat"):
        plan(["heat"], None, GRID, take_ready=False)


@pytest.mark.parametrize(("halo", "cells"), [({"halo_m": 300}, 10), ({"halo_m": 61}, 3), ({}, 0)])
def test_a_halo_in_metres_covers_the_shorter_side_of_the_cells(halo, cells):
    quantity = Quantity("q", Text("q", "q"), "m", (0, 1), ("dem",), lambda x, _: x["dem"], **halo)
    assert quantity.halo(GRID) == cells
