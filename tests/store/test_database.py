"""The operations database: made when needed, migrated once, refused when it is not ours."""

import os
import sqlite3
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from geoml.errors import CorruptFile, InvalidArgument, MissingTool
from geoml.paths import Home
from geoml.store import database, tokens
from geoml.store.tables import Base

MAKE = """
from datetime import timedelta
from geoml.paths import Home
from geoml.store import tokens
tokens.create(Home.from_environment(), ["read"], timedelta(days=1))
"""


def test_the_steps_lead_to_the_tables_that_the_code_declares(home):
    with database.connect(home).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


@pytest.fixture(autouse=True)
def closed():
    yield
    database.close()


def test_asking_makes_no_database(tmp_path, monkeypatch):
    monkeypatch.delenv(database.VARIABLE, raising=False)
    home = Home(tmp_path / "home")
    assert tokens.every(home) == ()
    assert tokens.alive(home) == {}
    assert not home.root.exists()


def test_sqlite_lets_others_read_while_somebody_writes(tmp_path, monkeypatch):
    monkeypatch.delenv(database.VARIABLE, raising=False)
    engine = database.connect(Home(tmp_path))
    with engine.connect() as one, engine.connect() as two:
        assert one.scalar(text("PRAGMA journal_mode")) == "wal"
        one.execute(text("UPDATE token SET name = 'x'"))
        assert two.scalar(text("SELECT count(*) FROM token")) == 0


@pytest.mark.slow
def test_many_processes_at_once_make_one_database(home):
    home.root.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GEOML_HOME": str(home.root)}
    made = [subprocess.Popen([sys.executable, "-c", MAKE], env=environment) for _ in range(4)]
    assert [one.wait(60) for one in made] == [0, 0, 0, 0]
    assert len(tokens.every(home)) == 4


def test_a_database_of_a_newer_geoml_is_told(home):
    with database.connect(home).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(CorruptFile, match="9999"):
        database.connect(home)


def test_a_file_that_is_no_database_is_told(tmp_path, monkeypatch):
    monkeypatch.delenv(database.VARIABLE, raising=False)
    (tmp_path / database.FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(CorruptFile, match=database.FILE):
        database.connect(Home(tmp_path))


def test_a_step_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.delenv(database.VARIABLE, raising=False)
    with sqlite3.connect(tmp_path / database.FILE) as before:
        before.execute("CREATE TABLE token (id TEXT)")  # in the way of the first step
    with pytest.raises(MissingTool):
        database.connect(Home(tmp_path))
    with sqlite3.connect(tmp_path / database.FILE) as after:
        tables = [row[0] for row in after.execute("SELECT name FROM sqlite_master")]
    assert tables == ["token"]


@pytest.mark.parametrize(
    "given", ["mysql://a@b/c", "nonsense", "sqlite://", "postgres", "file:///etc/passwd"]
)
def test_an_address_that_cannot_be_used_is_told(tmp_path, monkeypatch, given):
    monkeypatch.setenv(database.VARIABLE, given)
    with pytest.raises(InvalidArgument, match=database.VARIABLE):
        database.connect(Home(tmp_path))


def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path, monkeypatch):
    pytest.importorskip("psycopg", reason="no psycopg: pip install 'geoml[postgres]'")
    monkeypatch.setenv(database.VARIABLE, "postgresql://town:c4nary@127.0.0.1:9/x")
    with pytest.raises(MissingTool, match="does not answer") as told:
        database.connect(Home(tmp_path))
    assert "c4nary" not in str(told.value)
    assert told.value.__suppress_context__
