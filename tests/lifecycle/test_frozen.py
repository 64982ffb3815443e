"""A model that learned nothing: it holds anywhere, serves at once, and is not pushed aside."""

import json
import shutil

import numpy as np
import pytest

from geoml import editions, modelstore
from geoml.areas.area import load
from geoml.areas.ingest import ingest
from geoml.files import read_json, write_json
from geoml.lifecycle.run import is_current, run
from geoml.lifecycle.statement import statement
from geoml.lifecycle.train import _better_everywhere
from geoml.paths import Home
from geoml.raster.cog import write


@pytest.fixture
def home(made_up, tmp_path):
    """A copy of the made-up home, to be changed."""
    shutil.copytree(made_up.home.root, tmp_path / "home")
    return Home(tmp_path / "home")


def codes(manifest):
    return [one["code"] for one in manifest["warnings"]]


def test_an_area_without_a_label_is_answered_and_nothing_is_trained(made_up):
    assert made_up.edition.manifest()["model"] == "soak@1"
    assert not made_up.home.models("soak").exists()
    assert "scored with the champion" in made_up.notes[0]
    assert is_current(made_up.home, "soak", "soaked")


def test_it_borrows_nothing_and_is_as_old_as_the_data(made_up):
    said = made_up.edition.manifest()
    assert codes(said) == ["made_up"]
    assert said["reference"]["mode"] == "none"
    assert "borrowed_from" not in said["reference"]
    assert said["date"] == "2025-07-20"
    assert said["date_of"]["en"] == "date of the data"
    assert said["score_kind"] == "index"
    assert said["synthetic_model"] is False
    assert said["trained_here"] is False


def test_what_features_warn_of_is_said_once(made_up, home):
    index = home.features("soaked") / "index.json"
    note = {"code": "edge", "fr": "cadre", "en": "edge"}
    told = read_json(index)
    for name in ("elevation", "slope"):  # one that the model uses, and one that is carried
        told[name]["warnings"] = [note]
    write_json(index, told)
    area, ref = load(home, "soaked"), modelstore.champion(home, "soak")
    said = statement(home, made_up.service, area, ref, ("elevation", "building_density"))
    assert codes(said).count("edge") == 1


def test_an_edition_of_a_model_that_ships_anew_under_its_name_is_stale(home):
    """Else the map keeps the numbers of before, and the API answers with those of now."""
    assert is_current(home, "soak", "soaked")
    manifest = editions.current(home, "soak", "soaked").folder / "manifest.json"
    told = read_json(manifest)
    write_json(manifest, {**told, "model_files": {**told["model_files"], "model.json": "0" * 64}})
    assert not is_current(home, "soak", "soaked")


def learned(home, version="2"):
    def fill(folder):
        (folder / "model.txt").write_text(version)
        told = {"features_used": ["elevation", "building_density"], "warnings": []}
        return {**told, "synthetic": False, "accepted": True}

    return modelstore.save(home, "soak", version, fill)


def test_the_first_model_that_is_trained_does_not_displace_it(made_up, home):
    ref = learned(home)
    assert not _better_everywhere(home, made_up.service, ref)
    modelstore.promote(home, ref, area="there")
    assert modelstore.champion(home, "soak", "there") == ref
    assert modelstore.champion(home, "soak").version == "1"
    modelstore.promote(home, ref, everywhere=True, chosen=True)
    assert modelstore.champion(home, "soak") == ref


def test_a_model_that_nobody_promoted_displaces_nothing(made_up, home):
    learned(home, "3")
    assert modelstore.champion(home, "soak").version == "1"


@pytest.mark.slow
def test_where_a_label_is_the_service_may_keep_what_learned_nothing(
    made_up, home, little, tmp_path
):
    rng = np.random.default_rng(1)
    counted = rng.integers(0, 3, little.grid.shape).astype(np.float32)
    write(tmp_path / "population.tif", counted, little.grid, units=("persons",))
    ingest(home, "soaked", [f"population={tmp_path / 'population.tif'}"], date="2020-01-01")
    edition, _ = run(home, "soak", "soaked")
    said = edition.manifest()
    assert said["model"] != "soak@1"
    assert said["date"] == "2025-07-20"  # of the terrain: nothing was learned from the label
    assert said["trained_here"] is True
    assert not {"learned_elsewhere", "synthetic_model"} & set(codes(said))
    assert modelstore.champion(home, "soak").version == "1"
    trained = modelstore.own_champion(home, "soak", modelstore.champion_key(load(home, "soaked")))
    assert json.loads((trained.folder / "model.json").read_text())["cells"] > 100
    assert trained.manifest()["support_m"] == pytest.approx(little.grid.pixel_x, rel=0.01)
