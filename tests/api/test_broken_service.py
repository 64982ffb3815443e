"""One defective folder: the server starts, the others serve, and the operator is told."""

import pytest
from starlette.testclient import TestClient

from geoml import catalog, services
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.catalog.services import _found


@pytest.fixture
def defective(tmp_path, monkeypatch):
    """A folder ``defective`` that cannot be loaded."""
    folder = tmp_path / "services" / "defective"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("ANSWER = 42\nSERVICE = (\n")
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(folder.parent)])
    _found.cache_clear()
    yield folder
    monkeypatch.undo()
    _found.cache_clear()


def test_the_others_serve_and_the_log_names_file_and_line(
    defective, town, service_name, row, caplog
):
    with TestClient(create_app(Settings(home=town.root))) as client:
        assert f"{defective / '__init__.py'}:2" in caplog.text
        listed = [one["name"] for one in client.get("/services").json()["services"]]
        assert listed == list(catalog.names())
        assert client.post(f"/services/{service_name}/predict", json=row).status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["cannot_be_loaded"] == ["defective"]
        answer = client.get("/services/defective")
        assert answer.status_code == 503
        assert str(defective.parent) not in answer.text
        assert client.post("/services/defective/predict", json=row).status_code == 404


def test_a_damaged_area_does_not_take_the_others_down(town, tmp_path, caplog):
    import shutil

    home = tmp_path / "home"
    shutil.copytree(town.root, home)
    (home / "areas" / "half").mkdir()
    (home / "areas" / "half" / "area.json").write_text("{")
    with TestClient(create_app(Settings(home=home))) as client:
        assert [one["id"] for one in client.get("/areas").json()["areas"]] == ["town"]
        assert "geoml area delete half" in caplog.text
        assert client.get("/areas/half").status_code == 500
        assert client.get("/", headers={"accept": "text/html"}).status_code == 200


def test_editions_of_a_service_that_is_gone_are_said_to_be(town, tmp_path, service_name):
    import shutil

    home = tmp_path / "home"
    shutil.copytree(town.root, home)
    shelf = home / "editions" / service_name
    shutil.copytree(shelf, home / "editions" / "gone")
    with TestClient(create_app(Settings(home=home))) as client:
        area = client.get("/areas/town").json()
        assert area["not_installed"] == ["gone"]
        assert "gone" not in [one["service"] for one in area["editions"]]
        assert client.get("/editions").status_code == 200
        assert client.get("/tiles/gone-town-score/tilejson.json").status_code == 404
        assert client.get("/services/gone").status_code == 404
