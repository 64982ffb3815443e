"""Choosing by hand which model serves, from the terminal."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from geoml import modelstore
from geoml.areas import area as areas
from geoml.cli.app import app
from geoml.errors import CorruptFile, UnknownModel
from geoml.files import read_json, write_json
from geoml.lifecycle.run import _is_stale
from geoml.paths import Home


@pytest.fixture
def home(town, tmp_path, monkeypatch):
    """A copy of the tiny town's home, to be changed."""
    shutil.copytree(town.root, tmp_path / "home")
    monkeypatch.setenv("GEOML_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


@pytest.fixture
def second(home, service_name):
    """Another version of the model that serves, learned from other inputs."""
    first = modelstore.champion(home, service_name)
    folder = home.models(service_name) / "20990101T000000Z-abcdef"
    shutil.copytree(first.folder, folder)
    manifest = read_json(folder / "manifest.json")
    signatures = dict.fromkeys(manifest["signatures"], "other")
    write_json(
        folder / "manifest.json", {**manifest, "version": folder.name, "signatures": signatures}
    )
    return modelstore.find(home, service_name, folder.name)


def geoml(*words):
    return CliRunner().invoke(app, [*words, "--json"], catch_exceptions=True)


def test_a_model_is_promoted_for_every_area_without_its_own(home, service_name, second):
    first = modelstore.champion(home, service_name)
    answer = geoml("promote", service_name, second.version)
    assert json.loads(answer.stdout) == {
        "service": service_name, "area": None, "model": second.id, "before": first.id,
    }  # fmt: skip
    assert "champion.json" in answer.stderr
    assert modelstore.champion(home, service_name) == second
    assert modelstore.is_chosen(home, service_name)
    key = modelstore.champion_key(areas.load(home, "town"))
    assert modelstore.champion(home, service_name, key) == first


def test_a_model_is_promoted_for_one_area_and_run_keeps_it(home, service, service_name, second):
    first = modelstore.champion(home, service_name)
    key = modelstore.champion_key(areas.load(home, "town"))
    modelstore.promote(home, second, area=key)
    assert _is_stale(home, service, "town")  # nobody chose it: run would train again
    answer = geoml("promote", service_name, second.id, "--area", "town")
    assert answer.exit_code == 0, answer.stderr
    assert modelstore.champion(home, service_name, key) == second
    assert modelstore.champion(home, service_name) == first
    assert not _is_stale(home, service, "town")
    modelstore.promote(home, first, area=key)  # as train does
    assert not modelstore.is_chosen(home, service_name, key)


def test_what_is_not_there_or_damaged_is_not_promoted(home, service_name, second):
    before = modelstore.champion(home, service_name)
    assert isinstance(geoml("promote", service_name, "nothing").exception, UnknownModel)
    assert geoml("promote", service_name, second.version, "--area", "nowhere").exit_code != 0
    next(second.folder.glob("*.md")).write_text("changed")
    assert isinstance(geoml("promote", service_name, second.version).exception, CorruptFile)
    assert modelstore.champion(home, service_name) == before
