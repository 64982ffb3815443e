"""Causes that a service keeps apart: layers, columns and files of their own, everywhere."""

import geopandas
import numpy as np
import pytest

from geoml import catalog
from geoml.catalog import audience, collections
from geoml.files import read_json
from geoml.lifecycle.republish import republish
from geoml.raster.cog import open_cog, read


@pytest.fixture(scope="module")
def folder(made_up):
    return made_up.edition.folder


def test_every_part_has_its_rasters_and_tiles(made_up):
    files = set(made_up.edition.manifest()["files"])
    for name in made_up.service.layers:
        assert {f"{name}.tif", f"{name}-web.tif", f"tiles-{name}.pmtiles"} <= files
    assert made_up.edition.manifest()["parts"] == ["low", "sealed"]


def test_the_score_of_a_cell_is_that_of_its_largest_part(folder):
    score, *parts = (read(folder / f"{name}.tif") for name in ("score", "low", "sealed"))
    assert np.isfinite(score).any()
    np.testing.assert_allclose(score, np.fmax(*parts), equal_nan=True)
    assert not np.allclose(parts[0], parts[1], equal_nan=True)


def test_the_target_file_holds_the_parts_and_the_inputs_file_what_is_carried(folder):
    with open_cog(folder / "target.tif") as dataset:
        assert dataset.descriptions == ("wet", "lower", "upper", "low", "sealed")
    with open_cog(folder / "inputs.tif") as dataset:
        assert dataset.descriptions == ("elevation", "building_density", "slope")
        assert dataset.units == ("m", "1", "degree")


def test_units_have_the_parts_and_the_means_of_what_is_carried(made_up, folder):
    units = geopandas.read_parquet(folder / "units.parquet")
    assert list(units.columns)[:10] == [
        "id", "kind", "soak_score", "lower", "upper", "applicability",
        "low", "sealed", "elevation", "slope",
    ]  # fmt: skip
    known = units[units["soak_score"].notna()]
    assert len(known) > 10
    assert (known[["low", "sealed"]].max(axis=1) <= known["soak_score"] + 1e-3).all()
    ground = read(made_up.home.features("soaked") / "elevation.tif")
    least, most = np.nanmin(ground) - 1e-3, np.nanmax(ground) + 1e-3  # rounded to 3 decimals
    assert known["elevation"].between(least, most).all()
    assert units.loc[units["soak_score"].isna(), "why"].notna().all()


def test_cells_and_vector_tiles_tell_the_same(made_up, folder):
    cells = collections.find(made_up.home, "soak-soaked-cells")
    names = [one.name for one in cells.fields]
    assert names == [
        "soak_score", "lower", "upper", "applicability", "low", "sealed", "elevation", "slope",
    ]  # fmt: skip
    told = {one.name: (one.title.en, one.unit) for one in cells.fields}
    assert told["low"] == ("From below", "0..100")
    assert told["slope"] == ("Slope", "degree")
    table = cells.table(["id", "sealed", "slope"], slice(0, 50)).to_pylist()
    sealed, slope = read(folder / "sealed.tif"), read(folder / "inputs.tif", band=3)
    for one in table:
        row, col = map(int, one["id"].split("-"))
        for name, raster in (("sealed", sealed), ("slope", slope)):
            expected = raster[row, col]
            assert one[name] == (None if np.isnan(expected) else pytest.approx(expected, abs=1e-3))


def test_the_item_names_the_parts_in_words(folder):
    assets = read_json(folder / "edition.json")["assets"]
    assert assets["low"]["title"] == "From below"
    assert assets["tiles-sealed"]["title"] == "From roofs: tiles"


def test_layers_are_found_by_id(made_up):
    found = catalog.layer(made_up.home, "soak-soaked-sealed")
    assert found.data.is_file()
    assert found.pmtiles.is_file()
    assert [one.name for one in catalog.layers_of(made_up.edition)] == list(made_up.service.layers)


def test_an_edition_of_before_a_part_was_declared_lacks_it(made_up, tmp_path):
    from shutil import copytree

    from geoml.editions import EditionRef
    from geoml.errors import UnknownLayer
    from geoml.paths import Home

    home = Home(tmp_path / "home")
    copytree(made_up.home.root, home.root)
    folder = home.editions("soak", "soaked") / made_up.edition.id
    for file in folder.glob("*sealed*"):
        file.unlink()
    older = EditionRef("soak", "soaked", made_up.edition.id, folder)
    assert "sealed" not in [one.name for one in catalog.layers_of(older)]
    with pytest.raises(UnknownLayer):
        catalog.layer(home, "soak-soaked-sealed")
    assert "sealed" not in [one.name for one in collections.find(home, "soak-soaked-cells").fields]


def test_a_part_for_staff_closes_what_tells_it(made_up):
    from dataclasses import replace

    closed = replace(made_up.service, staff=frozenset({"low"}))
    assert audience.of_layer(closed, "low") == "staff"
    assert audience.of_layer(closed, "sealed") == "public"
    assert audience.of_cells(closed) == audience.of_units(closed) == "staff"
    for name in ("low.tif", "low-web.tif", "tiles-low.pmtiles", "target.tif", "units.parquet"):
        assert audience.of_file(closed, name) == "staff"
    assert audience.of_file(closed, "sealed.tif") == "public"


def test_published_again_the_parts_are_still_there(made_up):
    from geoml import editions

    again, new = republish(made_up.home, "soak", "soaked", force=True)
    editions.point(made_up.home, made_up.edition)
    assert new
    assert set(again.manifest()["files"]) == set(made_up.edition.manifest()["files"])
    for name in ("low.tif", "tiles-low.pmtiles", "inputs.tif", "tiles-units.pmtiles"):
        files = again.manifest()["files"], made_up.edition.manifest()["files"]
        assert files[0][name] == files[1][name]
