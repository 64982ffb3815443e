"""What the command says of services, areas and editions that are broken or gone."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from geoml import services
from geoml.catalog.services import _found
from geoml.cli.app import app
from geoml.cli.serve import _addresses
from geoml.paths import Home


@pytest.fixture
def home(town, tmp_path, monkeypatch):
    shutil.copytree(town.root, tmp_path / "home")
    monkeypatch.setenv("GEOML_HOME", str(tmp_path / "home"))
    return Home(tmp_path / "home")


def geoml(*words):
    answer = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert answer.exit_code == 0, answer.stderr
    return answer


def test_a_broken_folder_is_told_and_the_others_are_listed(tmp_path, service_name, monkeypatch):
    (tmp_path / "defective").mkdir()
    (tmp_path / "defective" / "__init__.py").write_text("SERVICE = (")
    with monkeypatch.context() as patch:
        patch.setattr(services, "__path__", [*services.__path__, str(tmp_path)])
        _found.cache_clear()
        answer = geoml("services", "--json")
    _found.cache_clear()
    assert f"{tmp_path / 'defective' / '__init__.py'}:1" in answer.stderr
    assert service_name in [one["name"] for one in json.loads(answer.stdout)]


def test_editions_without_their_service_are_listed_as_such(home, service_name):
    shutil.copytree(home.root / "editions" / service_name, home.root / "editions" / "gone")
    answer = geoml("editions", "--json")
    listed = {one["service"]: one for one in json.loads(answer.stdout)}
    assert (listed["gone"]["installed"], listed["gone"]["served"]) == (False, False)
    assert (listed[service_name]["installed"], listed[service_name]["served"]) == (True, True)
    assert "'gone' is not installed" in answer.stderr
    alone = json.loads(geoml("editions", "gone", "--area", "town", "--json").stdout)
    assert [one["service"] for one in alone] == ["gone"]


def test_a_damaged_area_is_told_and_the_others_are_listed(home):
    (home.areas / "half").mkdir()
    (home.areas / "half" / "area.json").write_text("{")
    answer = geoml("area", "list", "--json")
    assert [one["id"] for one in json.loads(answer.stdout)] == ["town"]
    assert "geoml area delete half" in answer.stderr
    assert "deleted" in geoml("area", "delete", "half", "--yes").stderr
    assert geoml("area", "list", "--json").stderr == ""


def test_where_people_open_it():
    here = "http://127.0.0.1:8000"
    assert "http://127.0.0.1:8000/maps/" in _addresses(here, "")
    behind = _addresses(here, "https://town.org/heat")
    assert "https://town.org/heat/maps/" in behind
    assert "http://127.0.0.1:8000/maps/" not in behind
    assert here in behind
