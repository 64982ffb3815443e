"""``geoml check``: JSON to programs, exit 0 or 4."""

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_the_environment_of_the_tests_is_complete(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "geoml.cli.main", "check"],
        capture_output=True,
        text=True,
        env={**os.environ, "GEOML_HOME": str(tmp_path)},
        timeout=240,
    )
    found = json.loads(done.stdout)
    assert found["failures"] == []
    assert found["ok"] is True
    assert done.returncode == 0
    assert {one["topic"] for one in found["findings"]} == {
        "package", "gdal", "proj", "machine", "tool",
    }  # fmt: skip


@pytest.mark.slow
def test_a_home_that_cannot_be_is_told_with_the_rest(tmp_path):
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "geoml.cli.main", "check", "--json"],
        capture_output=True,
        text=True,
        env={**os.environ, "GEOML_HOME": str(tmp_path / "file")},
        timeout=240,
    )
    assert done.returncode == 4
    assert "set GEOML_HOME to another folder" in done.stderr
    assert len(json.loads(done.stdout)["findings"]) > 50
