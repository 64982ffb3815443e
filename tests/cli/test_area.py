"""``geoml area`` and ``geoml ingest`` as they are called, in this process."""

import os
import subprocess
import sys

import numpy as np
import pytest
import rasterio
from affine import Affine
from typer.testing import CliRunner

from geoml.areas import area as areas
from geoml.areas.sources import read_on_grid, sources
from geoml.cli.app import app, exit_code
from geoml.errors import InvalidArgument, NotFound, UsageError
from geoml.paths import Home


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("GEOML_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


@pytest.fixture
def town(home):
    return areas.create(home, "town", "Town", bbox=(2.30, 48.80, 2.31, 48.81))


@pytest.fixture
def warm(tmp_path, town):
    """A raster of 25 over the town, with no unit."""
    grid = town.grid
    path = tmp_path / "warm.tif"
    profile = {"driver": "GTiff", "count": 1, "height": grid.rows, "width": grid.cols}
    place = Affine(30, 0, grid.west, 0, -30, grid.north)
    with rasterio.open(
        path, "w", **profile, dtype="float32", crs=town.crs, transform=place
    ) as dataset:
        dataset.write(np.full((1, *grid.shape), 25, np.float32))
    return path


def geoml(*words, **options):
    """The command's result; errors of ours are raised."""
    return CliRunner().invoke(app, list(words), catch_exceptions=False, **options)


def test_a_bare_unit_is_that_of_the_one_temperature(home, town, warm):
    geoml("ingest", "town", f"lst={warm}", f"dem={warm}", "--unit", "degC")
    stored = read_on_grid(sources(home, town)["lst"], town.grid, town.grid.whole())
    np.testing.assert_allclose(stored, 298.15, atol=0.01)


@pytest.mark.parametrize(
    ("keys", "told", "says"),
    [
        (("lst", "thermal"), ("degC",), "write --unit lst=degC"),
        (("dem",), ("degC",), "KEY=degC"),
        (("lst",), ("degC", "lst=K"), "given twice"),
    ],
)
def test_a_bare_unit_that_could_be_of_several_is_refused(home, town, warm, keys, told, says):
    options = [word for unit in told for word in ("--unit", unit)]
    with pytest.raises(InvalidArgument, match=says):
        geoml("ingest", "town", *(f"{key}={warm}" for key in keys), *options)
    assert sources(home, town) == {}


def test_delete_takes_the_editions_and_says_so(home, town):
    home.editions("one", "town").mkdir(parents=True)
    answer = geoml("area", "delete", "town", "--yes")
    assert "every edition of town" in answer.stderr
    assert not home.area("town").exists()
    assert not home.editions("one", "town").exists()


@pytest.mark.parametrize(("answer", "left"), [("n", ("town",)), ("y", ())])
def test_delete_asks_at_a_terminal(home, town, monkeypatch, answer, left):
    monkeypatch.setattr("geoml.cli.area._at_a_terminal", lambda: True)
    asked = geoml("area", "delete", "town", input=f"{answer}\n")
    assert "every edition of town?" in asked.stderr
    assert areas.names(home) == left


def test_delete_without_a_terminal_says_what_to_pass(home, town):
    with pytest.raises(UsageError, match="pass --yes") as caught:
        geoml("area", "delete", "town", input="y\n")
    assert exit_code(type(caught.value)) == 2
    assert areas.names(home) == ("town",)


def test_forget_drops_a_source(home, town, warm):
    geoml("ingest", "town", f"dem={warm}", f"dsm={warm}")
    assert "removed dem" in geoml("area", "forget", "town", "dem").stderr
    assert list(sources(home, town)) == ["dsm"]
    with pytest.raises(NotFound, match="no source 'dem'") as caught:
        geoml("area", "forget", "town", "dem")
    assert exit_code(type(caught.value)) == 2


@pytest.mark.parametrize("place", ["/proc/nowhere", "{file}", "{file}/below"])
def test_a_home_that_cannot_be_is_told_in_one_line(tmp_path, place):
    (tmp_path / "file").write_text("")
    home = place.format(file=tmp_path / "file")
    words = ("area", "create", "town", "--bbox", "2.30,48.80,2.31,48.81")
    answer = subprocess.run(
        [sys.executable, "-m", "geoml.cli.main", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "GEOML_HOME": home},
    )
    assert answer.returncode == 2, answer.stderr
    assert f"GEOML_HOME={home}" in answer.stderr
    assert "Traceback" not in answer.stderr
