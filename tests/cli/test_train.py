"""What to learn from is said once, and in the words of the service that learns."""

import pytest
from typer.testing import CliRunner

from geoml import catalog
from geoml.cli.app import app
from geoml.cli.train import _told
from geoml.errors import AlreadyExists, InvalidArgument, UnreadableFile
from geoml.files import read_json
from geoml.learning import boosting
from geoml.learning.samples import take

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


@pytest.mark.parametrize("name", OTHERS)
def test_what_training_measured_is_a_table_of_every_candidate(tmp_path, monkeypatch, name):
    """Of the model that its scene teaches, whichever kind of table its metrics are."""
    monkeypatch.setattr(boosting, "ROUNDS", 10)
    service = EVERY[name]
    scene = service.scene()
    target, reference = service.target_of(
        scene.label, scene.features, scene.grid, inside=scene.inside
    )
    cells = take(service, scene.features, target, scene.grid, scene.support_m, area="scene")
    about = {
        "reference": reference,
        "label": {"key": "test", "quantity": "test"},
        "support_m": scene.support_m,
        "synthetic": True,
        "version": "1",
        "created": "",
    }
    manifest = service.train(cells, tmp_path, meta=about)
    metrics = read_json(tmp_path / "metrics.json")
    told = _told(manifest, metrics)
    lines = [one for one in metrics["table"] if one["candidate"] != "baseline"]
    assert all(one["candidate"] in told or "line through" in told for one in lines)
    assert told.count("\n") >= len(metrics["table"]) + 6
    assert f"served: {manifest['champion']}" in told
