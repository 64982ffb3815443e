"""A service is one folder: a copy under another name works, and nothing else changes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ASK = """
import json
from starlette.testclient import TestClient
from geoml import catalog
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.lifecycle.run import run
from geoml.paths import Home

home = Home.from_environment()
edition, _ = run(home, "twin", "town")
client = TestClient(create_app(Settings(home=home.root)))
west, south, east, north = client.get("/areas/town").json()["bbox"]
place = {"lon": (west + east) / 2, "lat": (south + north) / 2}
print(json.dumps({
    "names": catalog.names(),
    "services": [one["name"] for one in client.get("/services").json()["services"]],
    "score": client.post("/services/twin/predict", json={"ndvi": 0.5}).json()["twin_score"],
    "at": client.get("/services/twin/at", params=place).json()["properties"]["twin_score"],
    "tiles": client.get("/tiles/twin-town-score/tilejson.json").status_code,
    "editions": [one["service"] for one in client.get("/areas/town").json()["editions"]],
}))
"""


@pytest.mark.slow
def test_a_copied_folder_is_a_service(town, tmp_path):
    for package in ("geoml", "tiles"):
        shutil.copytree(ROOT / package, tmp_path / package)
    services = tmp_path / "geoml" / "services"
    shutil.copytree(services / "uhi", services / "twin")
    shutil.copytree(town.root, tmp_path / "home")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "GEOML_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["names"] == told["services"] == ["twin", "uhi"]
    assert 0 <= told["score"] <= 100
    assert 0 <= told["at"] <= 100
    assert told["tiles"] == 200
    assert told["editions"] == ["twin", "uhi"]
