"""Servers of features to compare with: each in an environment and a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas

from benchmarks.peers.running import Absent as Absent
from benchmarks.peers.running import environment, free_port, run, server
from geoml.vector.write import write_vector

_DEBIAN_PYTHON = Path("/usr/bin/python3")
_SPATIALITE = Path("/usr/lib")


@contextmanager
def pygeoapi(frame: geopandas.GeoDataFrame, folder: Path) -> Iterator[tuple[int, str]]:
    """Port and path of the items, GeoPackage provider, in longitude and latitude."""
    if not _DEBIAN_PYTHON.exists() or not list(_SPATIALITE.glob("*/mod_spatialite.so")):
        raise Absent("needs /usr/bin/python3 and libsqlite3-mod-spatialite")
    tools = environment(folder, "pygeoapi", _DEBIAN_PYTHON)
    data, port = folder / "units.gpkg", free_port()
    if not data.exists():
        write_vector(data, frame.to_crs("OGC:CRS84"), layer="units")
    config, openapi = folder / "config.yml", folder / "openapi.yml"
    config.write_text(_CONFIG.format(port=port, data=data), encoding="utf-8")
    variables = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    run([tools / "pygeoapi", "openapi", "generate", config, "-of", openapi], variables)
    command = [tools / "gunicorn", "-w", "1", "-b", f"127.0.0.1:{port}"]
    with server([*command, "pygeoapi.flask_app:APP"], variables, port):
        yield port, "/collections/units/items"


@contextmanager
def tipg(frame: geopandas.GeoDataFrame, folder: Path) -> Iterator[tuple[int, str]]:
    """Port and path of the items, from a PostGIS cluster of its own."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs or not list(Path("/usr/share/postgresql").glob("*/extension/postgis.control")):
        raise Absent("needs PostgreSQL with PostGIS")
    tools = environment(folder, "tipg", Path(sys.executable))
    database = free_port()
    with _postgres(programs[-1], database, frame):
        port = free_port()
        variables = {"DATABASE_URL": f"postgresql://postgres@127.0.0.1:{database}/postgres"}
        command = [tools / "uvicorn", "tipg.main:app", "--port", str(port)]
        with server([*command, "--log-level", "warning"], variables, port):
            yield port, "/collections/public.units/items"


@contextmanager
def _postgres(programs: Path, port: int, frame: geopandas.GeoDataFrame) -> Iterator[None]:
    """A fresh cluster with the table ``units``; PostgreSQL refuses to run as root."""
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path("/tmp") / f"geoml-bench-postgres-{port}"  # a path that another user may enter
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    data = folder / "data"
    try:
        run([*become, programs / "initdb", "-U", "postgres", "-A", "trust", "-D", data])
        options = ["-p", str(port), "-k", str(folder), "-h", "127.0.0.1"]
        with server([*become, programs / "postgres", "-D", data, *options], {}, port):
            _load(programs / "psql", port, folder / "rows.tsv", frame)
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _load(psql: Path, port: int, rows: Path, frame: geopandas.GeoDataFrame) -> None:
    told = frame.drop(columns="geometry").assign(geom=frame.to_crs(4326).geometry.to_wkb(hex=True))
    told.to_csv(rows, sep="\t", header=False, index=False)
    columns = ", ".join(
        f"{name} {'text' if name in ('id', 'kind') else 'double precision'}"
        for name in told.columns[:-1]
    )
    script = (
        f"CREATE EXTENSION postgis; CREATE TABLE units ({columns}, geom geometry(Polygon, 4326));",
        f"\\copy units FROM '{rows}'",
        "ALTER TABLE units ADD PRIMARY KEY (id); CREATE INDEX ON units USING gist (geom);",
        "ANALYZE units",
    )
    login = [psql, "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-v", "ON_ERROR_STOP=1"]
    for _ in range(100):
        if subprocess.run([*login, "-c", "SELECT 1"], capture_output=True).returncode == 0:
            break
        time.sleep(0.2)
    for part in script:
        run([*login, "-c", part])


_CONFIG = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  languages: [en-US]
  limits: {{default_items: 10, max_items: 10000}}
  map: {{url: "https://example.org/{{z}}/{{x}}/{{y}}.png", attribution: none}}
logging: {{level: ERROR}}
metadata:
  identification:
    title: bench
    description: bench
    keywords: [bench]
    keywords_type: theme
    terms_of_service: none
    url: https://example.org
  license: {{name: CC0-1.0, url: "https://example.org"}}
  provider: {{name: bench, url: "https://example.org"}}
  contact: {{name: bench, url: "https://example.org"}}
resources:
  units:
    type: collection
    title: units
    description: units
    keywords: [units]
    links: []
    extents:
      spatial: {{bbox: [-180, -90, 180, 90], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}
    providers:
      - type: feature
        name: SQLiteGPKG
        data: {data}
        id_field: id
        table: units
"""
