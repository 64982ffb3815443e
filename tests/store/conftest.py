"""Every test of the store runs on SQLite, and on PostgreSQL where there is one."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from geoml.paths import Home
from geoml.store import database


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


@pytest.fixture(scope="session")
def postgres():
    """The address of a private PostgreSQL cluster on a free port of the loopback interface."""
    pytest.importorskip("psycopg", reason="no psycopg: pip install 'geoml[postgres]'")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: apt-get install postgresql")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o777)
    data = folder / "data"
    # PostgreSQL refuses to run as root: Debian's package made a user for it.
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    user = user if os.geteuid() == 0 else []

    def run(name, *arguments):
        command = [*user, str(binaries / name), *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, check=True, timeout=120, cwd=folder, **quiet)

    run("initdb", "-D", str(data), "-U", "town", "--auth=trust", "-E", "UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    run("pg_ctl", "-D", str(data), "-w", "-o", options, "start")
    try:
        yield f"postgresql://town@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def home(request, tmp_path, monkeypatch):
    """A home with an empty operations database of each kind."""
    home = Home(tmp_path / "home")
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")
        _empty(address)
        monkeypatch.setenv(database.VARIABLE, address)
    else:
        monkeypatch.delenv(database.VARIABLE, raising=False)
    yield home
    database.close()


def _empty(address):
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
