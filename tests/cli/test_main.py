"""The command speaks clearly, starts light and ends with the right code."""

import subprocess
import sys

import pytest

HEAVY = ("numpy", "rasterio", "geopandas", "fastapi", "lightgbm", "sklearn", "mlflow", "rich")


def geoml(*words, home, **env):
    import os

    return subprocess.run(
        [sys.executable, "-m", "geoml.cli.main", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "GEOML_HOME": str(home), **env},
    )


def test_help_imports_nothing_heavy():
    code = f"import sys, geoml.cli.app; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_telemetry_of_dependencies_is_off():
    code = (
        "import os, geoml.cli.app as m; os.environ.pop('DO_NOT_TRACK', None); m._no_telemetry();"
        "print(os.environ['DO_NOT_TRACK'], os.environ['MLFLOW_DISABLE_TELEMETRY'])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).split() == ["1", "true"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("area", "show", "nowhere"), 2, "nowhere"),
        (("area", "create", "../etc", "--bbox", "1,2,3,4"), 2, "identifier"),
        (("area", "create", "a", "--bbox", "1,2,3"), 2, "W,S,E,N"),
        (("train", "nothing", "--area", "x"), 2, "no such service"),
        (("run", "{service}", "--area", "nowhere"), 2, "nowhere"),
        (("no-such-verb",), 2, "No such command"),
    ],
)
def test_a_wrong_question_is_answered_in_one_line(tmp_path, service_name, words, code, told):
    answer = geoml(*(word.format(service=service_name) for word in words), home=tmp_path)
    assert answer.returncode == code, answer.stderr
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""


def test_a_bounding_box_may_be_negative_and_json_goes_to_stdout(tmp_path):
    import json

    made = geoml(
        "area", "create", "bronx", "--name", "Bronx", "--bbox", "-73.93,40.82,-73.87,40.87",
        home=tmp_path,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["crs"] == "EPSG:32618"
    assert "area.json" in made.stderr
    listed = json.loads(geoml("area", "list", home=tmp_path).stdout)
    assert [one["id"] for one in listed] == ["bronx"]
