"""Both GDALs and PROJ: what would be said if something were wrong."""

from dataclasses import replace

import pytest

from geoml.areas import keys
from geoml.environment import libraries
from geoml.environment.children import Answer
from geoml.environment.projection import projection
from geoml.raster import abilities as raster
from geoml.vector import abilities as vector


@pytest.fixture(scope="module")
def found():
    return Answer(value=raster.abilities()), Answer(value=vector.abilities())


def test_every_driver_that_a_source_may_need_is_asked_for():
    assert set(keys.VECTOR_DRIVERS) - {"Parquet"} <= set(vector.NEEDED)  # Parquet is pyarrow's
    assert set(keys.RASTER_DRIVERS) <= set(raster.NEEDED)


def test_the_two_gdals_have_what_is_needed_and_hold_their_settings(found):
    one, other = found
    assert all(one.value["drivers"].values())
    assert all(one.value["settings"].values())
    assert all(other.value["drivers"].values())
    assert all(other.value["settings"].values())
    findings = libraries.gdal("rasterio", one) + libraries.gdal("pyogrio", other)
    assert not [finding for finding in findings if finding.failed]


def test_a_missing_driver_names_what_brings_it(found):
    drivers = {**found[0].value["drivers"], "JP2OpenJPEG": False}
    (lacking,) = (
        one
        for one in libraries.gdal("rasterio", Answer(value={**found[0].value, "drivers": drivers}))
        if one.failed
    )
    assert lacking.got == "without JP2OpenJPEG"
    assert "libgdal-jp2openjpeg" in lacking.next_step


def test_a_setting_that_does_not_hold_is_a_failure(found):
    settings = dict.fromkeys(found[1].value["settings"], False)
    value = {**found[1].value, "settings": settings}
    failed = [one for one in libraries.gdal("pyogrio", Answer(value=value)) if one.failed]
    assert "does not hold" in failed[0].got


def test_proj_knows_the_origins_of_two_projections(found):
    told = projection()
    assert max(told["misses_m"].values()) < 0.001
    assert not [one for one in libraries.proj(Answer(value=told), found[0]) if one.failed]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"network": True}, "  network"),
        ({"database": False}, "  data"),
        ({"misses_m": {"EPSG:2975": float("inf")}}, "  coordinates"),
        ({"best": {"EPSG:2154": False}}, "  coordinates"),
    ],
)
def test_a_wrong_proj_is_a_failure_with_a_next_step(found, change, name):
    answer = Answer(value={**projection(), **change})
    failed = [one for one in libraries.proj(answer, found[0]) if one.failed]
    assert [one.name for one in failed] == [name]
    assert failed[0].next_step


def test_a_second_proj_that_disagrees_is_named(found):
    odd = replace(found[0], value={**found[0].value, "lambert": [float("inf"), float("inf")]})
    failed = [one for one in libraries.proj(Answer(value=projection()), odd) if one.failed]
    assert "rasterio" in failed[0].got


def test_without_pytorch_the_device_is_the_processor():
    assert "make env-deep" in libraries.device(None).got
    cuda = libraries.device(Answer(value={"device": "cuda", "name": "a card"}))
    assert cuda.got == "cuda (a card)"


def test_a_torchvision_without_its_library_is_a_note_and_no_failure():
    assert libraries.torchvision(Answer(value=True)).state == "ok"
    declared = libraries.torchvision(Answer(value=False))
    assert declared.state == "note"
    assert "nms" in declared.got
    assert libraries.torchvision(Answer(broken="MissingExtra: torchvision")).failed
