"""What to learn from is said once, and in the words of the service that learns."""

import pytest
from typer.testing import CliRunner

from geoml import catalog
from geoml.cli.app import app
from geoml.errors import AlreadyExists, InvalidArgument, UnreadableFile

EVERY = {one.name: one for one in map(catalog.get, catalog.names())}
SEEING = [name for name, one in EVERY.items() if one.kind == "segmentation"]
OTHERS = [name for name, one in EVERY.items() if one.kind != "segmentation"]


def train(*words, home, monkeypatch):
    monkeypatch.setenv("GEOML_HOME", str(home))
    return CliRunner().invoke(app, ["train", *words]).exception


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "got neither"),
        (("--area", "a", "--data", "b.toml"), "got both"),
        (("--area", "a", "--epochs", "3", "--encoder", "x"), "--encoder, --epochs"),
        (("--area", "a", "--no-resume"), "--resume"),
        (("--data", "b.toml", "--reference", "ring"), "--reference"),
    ],
)
def test_a_mix_of_both_kinds_of_training_is_refused(tmp_path, monkeypatch, words, told):
    error = train(catalog.names()[0], *words, home=tmp_path, monkeypatch=monkeypatch)
    assert isinstance(error, InvalidArgument)
    assert told in str(error)


@pytest.mark.parametrize("name", OTHERS)
def test_a_service_that_sees_nothing_takes_no_pictures(tmp_path, monkeypatch, name):
    error = train(name, "--data", "b.toml", home=tmp_path, monkeypatch=monkeypatch)
    assert isinstance(error, InvalidArgument)
    assert f"geoml train {name} --area AREA" in str(error)


@pytest.mark.parametrize("name", SEEING)
def test_nothing_is_trained_for_a_folder_that_is_taken(tmp_path, monkeypatch, name):
    words = ("--data", str(tmp_path / "t.toml"), "--out", str(tmp_path))
    error = train(name, *words, home=tmp_path, monkeypatch=monkeypatch)
    assert isinstance(error, AlreadyExists)


@pytest.mark.parametrize("name", SEEING)
def test_a_service_that_sees_wants_a_data_set_that_is_there(tmp_path, monkeypatch, name):
    absent = str(tmp_path / "absent.toml")
    error = train(name, "--data", absent, home=tmp_path, monkeypatch=monkeypatch)
    assert isinstance(error, UnreadableFile)
    assert absent in str(error)
