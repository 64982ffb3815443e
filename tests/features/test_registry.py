import shutil
import subprocess
import sys

import pytest

from geoml import features
from geoml.errors import AlreadyExists, UnknownFeature
from geoml.features import registry

HEAT = {
    "ndvi", "ndbi", "albedo", "building_density", "water_distance", "imperviousness", "elevation",
    "slope", "ndvi_mean_300m", "building_density_mean_300m", "imperviousness_mean_300m",
}  # fmt: skip
OPTICAL = ("red", "green", "blue", "nir", "swir1", "swir2")
EVERY_SOURCE = (*OPTICAL, "dem", "buildings", "water")


@pytest.fixture(params=registry.names())
def quantity(request):
    return registry.get(request.param)


def test_finds_every_feature_of_surface_heat():
    assert set(registry.names()) >= HEAT
    assert registry.names() == tuple(sorted(registry.names()))


def test_unknown_name_says_what_there_is():
    with pytest.raises(UnknownFeature, match=r"'heat'.*albedo, "):
        registry.get("heat")


def test_declarations_are_whole(quantity):
    assert quantity.title.fr
    assert quantity.title.en
    assert quantity.valid[0] < quantity.valid[1]
    assert quantity.needs
    assert quantity.source.startswith("doi:10.") or not quantity.source
    assert not set(quantity.needs) & set(quantity.optional)


def test_a_name_is_either_a_source_or_a_quantity(quantity):
    assert quantity.name not in EVERY_SOURCE


def test_a_quantity_of_the_whole_raster_takes_sources_and_feeds_no_other(quantity):
    inputs = (*quantity.needs, *quantity.optional)
    made = [registry.get(name) for name in inputs if registry.is_quantity(name)]
    assert all(one.is_local for one in made)
    assert quantity.is_local or not made
    assert not quantity.strips or len(inputs) == 1


def test_all_sources_allow_all_quantities_each_after_its_inputs():
    order = registry.available(EVERY_SOURCE)
    assert set(order) == set(registry.names())
    for place, name in enumerate(order):
        found = registry.get(name)
        assert not {*found.needs, *found.optional} & set(order[place:])


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((), set()),
        (("buildings",), {"building_density", "building_density_mean_300m"}),
        (("dem",), {"elevation", "slope"}),
        (("water",), {"water_distance"}),
        (("red",), set()),
        (
            ("red", "nir"),
            {"ndvi", "ndvi_mean_300m", "imperviousness", "imperviousness_mean_300m"},
        ),
        (
            OPTICAL,
            HEAT
            - {
                "building_density",
                "building_density_mean_300m",
                "water_distance",
                "elevation",
                "slope",
            },
        ),
    ],
)
def test_a_source_never_ingested_makes_its_quantities_absent(keys, expected):
    assert set(registry.available(keys)) & HEAT == expected


def test_lacking_and_sources_go_through_other_quantities():
    assert registry.lacking("imperviousness_mean_300m", ("red",)) == ("nir",)
    assert registry.lacking("imperviousness_mean_300m", ("red", "nir")) == ()
    assert registry.sources_of("imperviousness_mean_300m") == ("buildings", "green", "nir", "red")


def test_a_new_file_is_found_and_a_second_one_of_its_name_refused(tmp_path, monkeypatch):
    shutil.copy(f"{features.__path__[0]}/elevation.py", tmp_path / "height.py")
    text = (tmp_path / "height.py").read_text()
    (tmp_path / "height.py").write_text(text.replace('"elevation"', '"height"'))
    monkeypatch.setattr(features, "__path__", [*features.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "geoml.features.height", raising=False)
    registry._found.cache_clear()
    try:
        assert registry.get("height").needs == ("dem",)
        (tmp_path / "height_again.py").write_text((tmp_path / "height.py").read_text())
        registry._found.cache_clear()
        with pytest.raises(AlreadyExists, match="height"):
            registry.names()
    finally:
        for name in ("height", "height_again"):
            sys.modules.pop(f"geoml.features.{name}", None)
            vars(features).pop(name, None)
        monkeypatch.undo()
        registry._found.cache_clear()


def test_reading_the_registry_does_not_load_the_compiler():
    code = "import sys; from geoml.features import registry; registry.names(); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "geoml.features.albedo" in out.stdout
    assert "geoml.features.hydrology.hand" in out.stdout
    assert "numba" not in out.stdout.split()
