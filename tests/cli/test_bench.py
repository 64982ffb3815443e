from typer.testing import CliRunner

from geoml.cli.app import app
from geoml.cli.bench import _told
from geoml.learning.segmentation.compare import Measured


def test_the_table_says_what_was_measured_and_what_is_best():
    places = {"here": (0.75, -3.0)}
    measured = (Measured("a-f32", 2.0, 0.0, places), Measured("b-bf16", 8.0, 0.01, places))
    document = {
        "processor": {"name": "A processor", "features": ["avx2"]},
        "recommended": "b-bf16",
        "stored": None,
    }
    lines = _told(document, measured).splitlines()
    assert lines[0] == "processor: A processor: avx2"
    assert lines[3].split() == ["b-bf16", "8.00", "4.00", "0.0100", "0.750", "-3.0", "%"]
    assert lines[-1] == "best here: b-bf16"


def test_a_folder_without_a_model_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("GEOML_HOME", str(tmp_path / "home"))
    done = CliRunner().invoke(app, ["bench", "engines", "--model", str(tmp_path)])
    assert "no model in this folder" in str(done.exception)
