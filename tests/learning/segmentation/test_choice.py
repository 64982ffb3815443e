import hashlib
import json

import pytest

from geoml.errors import CorruptFile
from geoml.learning.segmentation import choice
from geoml.learning.segmentation.choice import (
    DEFAULT,
    Choice,
    chosen,
    keep_quantised,
    open_chosen,
    quantised_path,
    remember,
)
from geoml.paths import Home


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def int8(home, folder):
    """A model that stands for a quantised one: it says the same."""
    content = (folder / "model.onnx").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    keep_quantised(home, content, digest)
    return Choice("onnxruntime", "int8", digest)


def test_without_a_measurement_the_default_runs(home, folder, net):
    spec, engine = open_chosen(home, folder, threads=1)
    assert (spec, engine.label) == (net.spec, "onnxruntime-f32")


def test_what_was_measured_best_runs_that_model_and_no_other(home, folder, net, int8):
    remember(home, net.spec.sha256, int8, {"tiles_per_s": 9})
    assert open_chosen(home, folder, threads=1)[1].label == "onnxruntime-int8"
    assert chosen(home, "0" * 64) == DEFAULT
    remember(home, "0" * 64, int8, {})
    assert chosen(home, net.spec.sha256) == int8


def test_another_processor_or_a_lost_model_brings_the_default_back(home, net, int8, monkeypatch):
    remember(home, net.spec.sha256, int8, {})
    with monkeypatch.context() as patched:
        patched.setattr(choice, "processor", lambda: ("another", ()))
        assert chosen(home, net.spec.sha256) == DEFAULT
    path = quantised_path(home, int8.quantised_sha256)
    path.write_bytes(path.read_bytes() + b"x")
    assert chosen(home, net.spec.sha256) == DEFAULT
    path.unlink()
    assert chosen(home, net.spec.sha256) == DEFAULT


def test_an_engine_that_is_gone_is_not_chosen(home, net, monkeypatch):
    remember(home, net.spec.sha256, Choice("openvino", "bf16"), {})
    monkeypatch.setattr(choice, "installed", lambda _kind: False)
    assert chosen(home, net.spec.sha256) == DEFAULT


@pytest.mark.parametrize("text", ["", "{", "[]", '{"models": 3}', '{"models": {"a": 1}}'])
def test_a_file_that_a_hand_has_been_at_is_no_trouble(home, text):
    home.root.mkdir()
    (home.root / choice.NAME).write_text(text)
    assert chosen(home, "a") == DEFAULT


def test_a_digest_leads_to_no_other_place(home):
    with pytest.raises(CorruptFile):
        quantised_path(home, "../../etc/passwd")


def test_the_file_says_what_was_measured(home, int8):
    path = remember(home, "a" * 64, int8, {"onnxruntime-f32": {"tiles_per_s": 2}})
    [entry] = json.loads(path.read_text())["models"].values()
    assert entry["measured"] == {"onnxruntime-f32": {"tiles_per_s": 2}}
    assert entry["engine"]["precision"] == "int8"
