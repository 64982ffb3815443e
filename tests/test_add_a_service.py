"""``docs/add-a-service.md`` cannot rot: its blocks are written, checked and run."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "add-a-service.md"
BLOCK = re.compile(r"^`([\w./]+)`\n```\w+\n(.*?)^```$", re.M | re.S)
FILES = dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
NAME = next(iter(FILES)).split("/")[2]

pytestmark = pytest.mark.slow

ASK = """
import json, sys
from starlette.testclient import TestClient
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.paths import Home

name = sys.argv[1]
client = TestClient(create_app(Settings(home=Home.from_environment().root)))
west, south, east, north = client.get("/areas/town").json()["bbox"]
place = {"lon": (west + east) / 2, "lat": (south + north) / 2}
print(json.dumps({
    "at": client.get(f"/services/{name}/at", params=place).json()["properties"],
    "legend": client.get(f"/services/{name}").json()["legend"],
    "tiles": client.get(f"/tiles/{name}-town-score/tilejson.json").status_code,
}))
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory, run_in):
    """The packages and the walking tests of this checkout, and the files of the page.

    Files keep their times, so what Python and numba made of them is theirs in the copy too.
    """
    tree = tmp_path_factory.mktemp("tree")
    for package in ("geoml", "tiles"):
        shutil.copytree(ROOT / package, tree / package)
    (tree / "tests" / "services").mkdir(parents=True)
    for walker in sorted((ROOT / "tests" / "services").glob("test_*.py")):
        shutil.copy(walker, tree / "tests" / "services")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for name, text in FILES.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    return tree


@pytest.fixture(scope="module")
def run_in():
    """Run Python in a tree with a home; its output, or a failed test with all it said."""

    def run(tree, *words, home="home"):
        environment = {**os.environ, "PYTHONPATH": str(tree), "GEOML_HOME": str(tree / home)}
        done = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, env=environment, cwd=tree
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done.stdout

    return run


def test_the_page_holds_a_whole_service():
    folder = f"geoml/services/{NAME}/"
    assert {Path(name).name for name in FILES if name.startswith(folder)} == {
        "__init__.py", "service.py", "target.py", "scene.py", "method.md"
    }  # fmt: skip
    assert not (ROOT / folder).exists()
    assert len(PAGE.read_text(encoding="utf-8").splitlines()) <= 260


def test_its_code_is_in_our_style_and_typed(tree, run_in):
    folder = f"geoml/services/{NAME}"
    run_in(tree, "-m", "ruff", "check", folder, f"tests/services/{NAME}")
    run_in(tree, "-m", "ruff", "format", "--check", folder, f"tests/services/{NAME}")
    run_in(tree, "-m", "mypy", "--config-file", "pyproject.toml", folder)


def test_it_keeps_the_contract_and_every_law(tree, run_in):
    command = ("-m", "pytest", "-q", "-k", NAME, "-p", "no:cacheprovider", "tests/services")
    told = run_in(tree, *command)
    assert int(re.search(r"(\d+) passed", told)[1]) >= 20
    assert "failed" not in told


def test_it_answers_on_the_map(tree, run_in, town, little):
    """Ingested, trained, published by the command as the page says; asked over HTTP."""
    from geoml.areas.sources import read_on_grid, sources
    from geoml.raster.cog import write

    shutil.copytree(town.root, tree / "home")
    from geoml.areas.area import load

    area = load(town, "town")
    found = sources(town, area)
    red, nir = (read_on_grid(found[k], area.grid, area.grid.whole()) for k in ("red", "nir"))
    bare = np.clip(1 - (nir - red) / (nir + red), 0, 1)
    write(tree / "census.tif", (12 * bare).astype(np.float32), area.grid, units=("persons",))
    listed = json.loads(run_in(tree, "-m", "geoml.cli.main", "services", "--json"))
    assert NAME in [one["name"] for one in listed]
    run_in(tree, "-m", "geoml.cli.main", "ingest", "town", f"population={tree / 'census.tif'}")
    made = json.loads(run_in(tree, "-m", "geoml.cli.main", "run", NAME, "--area", "town"))
    assert made["trained_here"] is True
    told = json.loads(run_in(tree, "-c", ASK, NAME))
    assert 0 <= told["at"][f"{NAME}_score"] <= 100
    assert told["at"]["unit"] == "persons/ha"
    assert told["at"]["lower"] <= told["at"]["residents_ha"] <= told["at"]["upper"]
    assert len(told["legend"]["colours"]) == 5
    assert told["tiles"] == 200
