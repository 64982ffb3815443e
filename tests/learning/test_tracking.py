import os
import sqlite3
import sys
import warnings

import pytest

from geoml.files import read_json
from geoml.learning.tracking import record

pytest.importorskip("mlflow", reason="needs the learn extra")


def test_a_run_is_written_with_numbers_and_files(trained, tmp_path):
    metrics = read_json(trained.folder / "metrics.json")
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    filters = warnings.filters.copy()
    for _ in range(2):  # the second meets an existing database
        assert record(uri, "answer", trained.manifest, metrics, trained.folder) is None
    assert warnings.filters == filters
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        logged = dict(database.execute("select key, value from metrics"))
        parameters = dict(database.execute("select key, value from params"))
        runs = database.execute("select status from runs").fetchall()
    assert runs == [("FINISHED",), ("FINISHED",)]
    assert logged["rmse_k"] == trained.manifest["metrics"]["rmse_k"]
    assert logged["random.mean.rmse_k"] > 0
    assert parameters["champion"] == "lightgbm"
    copies = list((tmp_path / "artifacts").rglob("model.txt"))
    assert [one.read_bytes() for one in copies] == [(trained.folder / "model.txt").read_bytes()] * 2
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_a_database_that_cannot_be_is_a_warning_not_a_failure(trained, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    said = record(f"sqlite:///{tmp_path}/file/mlflow.db", "answer", trained.manifest, {}, tmp_path)
    assert said is not None
    assert "not recorded in MLflow" in said


def test_a_database_that_is_none_is_a_warning(trained, tmp_path):
    (tmp_path / "mlflow.db").write_text("this is not a database, it is a poem " * 99)
    said = record(f"sqlite:///{tmp_path}/mlflow.db", "answer", trained.manifest, {}, tmp_path)
    assert said is not None


def test_without_mlflow_the_warning_names_the_install_line(trained, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    said = record(f"sqlite:///{tmp_path}/mlflow.db", "answer", trained.manifest, {}, tmp_path)
    assert "pip install 'geoml[learn]'" in str(said)
