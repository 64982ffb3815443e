"""A record of each training in MLflow: to be looked at, never read by what serves.

A record that cannot be written never fails a training; the reason comes back as text.
"""

from __future__ import annotations

import importlib
import logging
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geoml

_TELEMETRY = {"DO_NOT_TRACK": "true", "MLFLOW_DISABLE_TELEMETRY": "true"}
_PARAMETERS = ("version", "champion", "accepted", "seed", "support_m", "target", "synthetic")


def record(
    uri: str,
    experiment: str,
    manifest: Mapping[str, Any],
    metrics: Mapping[str, Any],
    artifacts_folder: Path,
    *,
    store: Path | None = None,
    beside: Path | None = None,
) -> str | None:
    """Write one run with its parameters, numbers and files; None, or why it could not be.

    ``uri`` is a tracking database such as ``sqlite:///.../mlflow.db``, made where there is none;
    ``store`` is the folder for copies of the files, by default ``artifacts`` beside the database.
    Of ``metrics`` (``metrics.json``) the numbers of the table are logged as
    ``<validation>.<candidate>.<metric>``, those of its history as curves over the steps. Files of
    the folder ``beside`` are kept too.
    """
    try:
        mlflow = _mlflow()
    except ImportError as error:
        return f"not recorded in MLflow: {error}; install it with: pip install 'geoml[learn]'"
    failures = (mlflow.exceptions.MlflowException, OSError, ValueError, *_database_errors())
    try:
        with _quiet():
            folders = [artifacts_folder] if beside is None else [artifacts_folder, beside]
            _write(mlflow, uri, experiment, manifest, metrics, folders, store)
    except failures as error:
        return f"not recorded in MLflow ({uri}): {error}"
    return None


def _write(
    mlflow: Any,  # noqa: ANN401 - mlflow is imported when it is used
    uri: str,
    experiment: str,
    manifest: Mapping[str, Any],
    metrics: Mapping[str, Any],
    folders: Sequence[Path],
    store: Path | None,
) -> None:
    client = mlflow.MlflowClient(tracking_uri=uri)
    known = client.get_experiment_by_name(experiment)
    place = (store or _beside(uri)).resolve().as_uri()
    number = known.experiment_id if known else client.create_experiment(experiment, place)
    run = client.create_run(number, run_name=str(manifest.get("version", "")))
    for name in _PARAMETERS:
        if name in manifest:
            client.log_param(run.info.run_id, name, manifest[name])
    for name in ("areas", "features_used", "features_missing"):
        client.log_param(run.info.run_id, name, ", ".join(manifest.get(name, ())))
    for name, value in _numbers(manifest, metrics).items():
        client.log_metric(run.info.run_id, name, value)
    client.set_tag(run.info.run_id, "geoml", geoml.__version__)
    for line in metrics.get("history", ()):
        for name in set(line) - {"epoch", "step"}:
            client.log_metric(run.info.run_id, f"curve.{name}", line[name], step=line["step"])
    for folder in folders:
        if folder.is_dir():
            client.log_artifacts(run.info.run_id, str(folder))
    client.set_terminated(run.info.run_id)


def _numbers(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, float]:
    summary = manifest.get("metrics", {})
    found = {name: value for name, value in summary.items() if isinstance(value, (int, float))}
    for line in metrics.get("table", ()):
        for name, value in line.items():
            if isinstance(value, float):
                found[f"{line['scheme']}.{line['candidate']}.{name}"] = value
    return found


def _beside(uri: str) -> Path:
    """``artifacts`` beside a SQLite file; in the working folder for a database server."""
    _, found, path = uri.partition("sqlite:///")
    return (Path(path).parent if found else Path.cwd()) / "artifacts"


def _mlflow() -> Any:  # noqa: ANN401 - as above
    for name, value in _TELEMETRY.items():  # read when mlflow is imported, so it must stand before
        os.environ.setdefault(name, value)
    with _quiet():
        return importlib.import_module("mlflow")


def _database_errors() -> tuple[type[Exception], ...]:
    with _quiet():
        return (importlib.import_module("sqlalchemy.exc").SQLAlchemyError,)


@contextmanager
def _quiet() -> Iterator[None]:
    """No warnings and no chatter of MLflow and Alembic, inside this block only."""
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    levels = [one.level for one in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for one in loggers:
            one.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for one, level in zip(loggers, levels, strict=True):
                one.setLevel(level)
