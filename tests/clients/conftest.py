"""The shipped server on a port of this machine, and the programs of GIS officers beside it."""

import json
import shutil
import subprocess
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from geoml.catalog.collections import all_of
from geoml.cli.smoke import serving

PYTHON = "/usr/bin/python3"
LOOK = Path(__file__).parent / "qgis_look.py"


@pytest.fixture(scope="session")
def address(doors):
    """Where the server of the tiny town listens; it knows the token of ``doors``."""
    with serving(home=doors.home.root) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def get(address):
    """The body of a path, as bytes."""

    def body(path, **headers):
        request = Request(address + path, headers=headers)
        with urlopen(request) as answer:
            return answer.read()

    return body


@pytest.fixture(scope="session")
def gdal(tmp_path_factory):
    """Run one of GDAL's programs; its standard output. Fails when it does."""
    folder = tmp_path_factory.mktemp("gdal")  # its WMTS driver leaves a cache where it stands
    if shutil.which("ogrinfo") is None:
        pytest.skip("no GDAL programs on the PATH: apt-get install gdal-bin")

    def run(*command):
        words = [str(one) for one in command]
        done = subprocess.run(words, capture_output=True, text=True, cwd=folder)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        assert "ERROR" not in done.stderr, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def bearer(doors):
    """The options by which GDAL's programs show a token."""
    return "--config", "GDAL_HTTP_HEADERS", f"Authorization: {doors.staff['authorization']}"


@pytest.fixture(scope="session")
def hidden(town):
    """Ids of the collections that are for staff."""
    return [one.id for one in all_of(town) if one.audience == "staff"]


@pytest.fixture(scope="session")
def qgis(tmp_path_factory):
    """Have QGIS load layers as ``qgis_look`` says; its answers."""
    folder = tmp_path_factory.mktemp("qgis")
    found = subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True)
    if found.returncode:
        pytest.skip("no QGIS for /usr/bin/python3: apt-get install python3-qgis")

    def look(layers, picture=None):
        asked = {"layers": layers, **({"picture": picture} if picture else {})}
        done = subprocess.run(
            [PYTHON, LOOK], input=json.dumps(asked), capture_output=True, text=True, timeout=120,
            cwd=folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return look


@pytest.fixture(scope="session")
def score(service_name):
    """Id of the score layer of the tiny town."""
    return f"{service_name}-town-score"


@pytest.fixture(scope="session")
def score_file(get, service_name):
    """Path of the published float COG of the score."""
    (area,) = [one for one in json.loads(get("/areas"))["areas"] if one["id"] == "town"]
    edition = next(one for one in area["editions"] if one["service"] == service_name)
    return next(one["href"] for one in edition["files"] if one["name"] == "score.tif")
