"""The check sees what a person would trip over, and says what to do: in real environments."""

import json

import pytest

pytestmark = pytest.mark.slow


def survey(other, **env):
    done = other.run("-m", "geoml.cli.main", "check", "--json", **env)
    assert "Traceback" not in done.stderr, done.stderr
    found = json.loads(done.stdout)
    return done, found, {one["name"]: one for one in found["findings"]}


def test_missing_outdated_broken_and_crashing_packages_are_told_apart(other):
    other.remove("pmtiles")
    other.claim("uvicorn", "0.1")
    other.replace("affine", "raise ImportError('no such symbol: _affine_init')\n")
    other.replace("alembic", "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    other.replace("mlflow", "raise SystemExit('not today')\n")
    done, found, by_name = survey(other)
    assert done.returncode == 4
    assert by_name["pmtiles"]["state"] == "missing"
    assert by_name["pmtiles"]["next_step"] in (
        "pip install 'geoml[serve]'",
        "pip install 'geoml[learn]'",
    )
    assert by_name["uvicorn"]["state"] == "outdated"
    assert by_name["uvicorn"]["next_step"] == "pip install 'uvicorn>=0.34'"
    assert by_name["affine"]["got"].endswith("ImportError: no such symbol: _affine_init")
    assert by_name["alembic"]["got"].endswith("it crashed (SIGSEGV)")
    assert by_name["mlflow-skinny"]["got"].endswith("not today")
    assert by_name["GDAL of rasterio"]["state"] == "broken"  # rasterio imports affine
    assert by_name["scikit-learn"]["state"] == "ok"  # and what stands behind the crash is looked at
    failing = {one["name"] for one in found["findings"] if one["state"] not in ("ok", "absent")}
    assert all(by_name[name]["next_step"] for name in failing if by_name[name]["state"] != "note")
    assert "pmtiles: missing" in done.stderr


def test_a_module_in_front_of_a_package_is_named(other, tmp_path):
    shadow = tmp_path / "shadow"
    shadow.mkdir()
    (shadow / "exactextract.py").write_text("answer = 42\n")
    _, _, by_name = survey(other, PYTHONPATH=str(shadow))
    assert by_name["exactextract"]["state"] == "broken"
    assert f"shadowed by {shadow / 'exactextract.py'}" in by_name["exactextract"]["got"]
    assert by_name["exactextract"]["next_step"] == f"rename or remove {shadow / 'exactextract.py'}"


def test_without_numpy_gdal_and_the_command_line_python_answers(other):
    gone = ("numpy", "rasterio", "typer", "rich", "packaging")
    for name in gone:
        other.remove(name)
    done = other.run("-m", "geoml.environment")
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    for name in gone:
        assert f"MISSING  {name}" in done.stdout
    assert "pip install geoml" in done.stdout


def test_an_extra_never_installed_is_no_failure_and_a_gap_in_one_is(other):
    for name in ("leafmap", "nbstripout", "nbmake", "nbclient", "ipykernel"):
        other.remove(name)
    other.remove("hypothesis")
    done, found, by_name = survey(other)
    assert by_name["leafmap"]["state"] == "absent"
    assert by_name["hypothesis"]["state"] == "missing"
    assert found["next_steps"] == ["pip install 'geoml[dev]'"]
    assert done.returncode == 4


def test_python_alone_can_check_where_geoml_is_not_installed(other):
    for link in other.packages.glob("geoml-*.dist-info"):
        link.unlink()
    done = other.run("-m", "geoml.environment")
    assert done.returncode == 4
    assert "make env" in done.stdout
