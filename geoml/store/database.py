"""Opening the operations database, brought to the newest form first."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from geoml.errors import CorruptFile, GeomlError, InvalidArgument, MissingExtra, MissingTool
from geoml.paths import Home

VARIABLE = "GEOML_DATABASE_URL"
FILE = "geoml.db"
_LOCK_KEY = 0x6765_6F6D_6C  # "geoml": whom PostgreSQL lets migrate, one at a time
_WAIT_S = 10.0
_WRITING = "BEGIN IMMEDIATE"
_open: dict[str, Engine] = {}
_opening = Lock()


def address(home: Home) -> URL:
    """Where the database of a home is: ``GEOML_DATABASE_URL``, else ``geoml.db`` in the home.

    Raises InvalidArgument for anything but SQLite and PostgreSQL; the message has no password.
    """
    given = os.environ.get(VARIABLE, "")
    if not given:
        return URL.create("sqlite", database=str(home.root / FILE))
    try:
        url = make_url(given)
    except ArgumentError:
        raise _not_an_address("something else") from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database:
        return url
    raise _not_an_address(url.drivername)


def exists(home: Home) -> bool:
    """Whether there is a database to ask: a file, or a server that was named."""
    url = address(home)
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).is_file()


def connect(home: Home) -> Engine:
    """The database of a home, in the newest form; created when it is not there.

    Raises MissingTool when a server does not answer, MissingExtra without its driver.
    """
    url = address(home)
    key = url.render_as_string(hide_password=False)
    with _opening:
        if key not in _open:
            _open[key] = _opened(url)
        return _open[key]


def close() -> None:
    """Close every database that is open: another file may lie in its place."""
    with _opening:
        while _open:
            _open.popitem()[1].dispose()


def _opened(url: URL) -> Engine:
    try:
        engine = create_engine(url, **_options(url))
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise MissingExtra.of("postgres", "psycopg") from error
    if engine.dialect.name == "sqlite":
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    try:
        migrate(engine)
    except (CommandError, DatabaseError) as error:
        engine.dispose()
        raise _told(engine, error) from None
    return engine


@contextmanager
def session(home: Home, *, writes: bool = False) -> Iterator[Session]:
    """One transaction in the database of a home; raises MissingTool when it does not answer.

    One that ``writes`` says so first: SQLite lets nobody write who read before another wrote.
    """
    engine = connect(home)
    engine = engine.execution_options(begin=_WRITING) if writes else engine
    try:
        with Session(engine) as opened, opened.begin():
            yield opened
    except OperationalError as error:
        raise _silent(engine, error) from None


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest form; two processes at once do it one after the other."""
    with engine.execution_options(begin=_WRITING).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        command.upgrade(_config(connection), "head")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _options(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": _WAIT_S}}
    return {"pool_pre_ping": True, "pool_size": 2, "connect_args": {"connect_timeout": 5}}


def _prepare(connection: Any, _: ConnectionPoolEntry) -> None:  # noqa: ANN401 - of the driver
    """Readers never wait for a writer (WAL); SQLAlchemy says when a transaction begins."""
    connection.isolation_level = None
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError:  # the one thing that SQLite's own timeout is not for
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def _told(engine: Engine, error: CommandError | DatabaseError) -> GeomlError:
    """What went wrong while a database was opened."""
    if isinstance(error, OperationalError):
        return _silent(engine, error)
    return _unusable(engine, str(error.orig if isinstance(error, DatabaseError) else error))


def _silent(engine: Engine, error: OperationalError) -> MissingTool:
    return MissingTool(
        "the operations database does not answer",
        where=engine.url.render_as_string(hide_password=True),
        got=str(error.orig).splitlines()[0][:200],
        next_step=f"start it, or unset {VARIABLE} to use {FILE} in GEOML_HOME",
    )


def _unusable(engine: Engine, got: str) -> CorruptFile:
    return CorruptFile(
        "not an operations database of this version of geoml",
        where=engine.url.render_as_string(hide_password=True),
        got=got.splitlines()[0][:200],
        next_step="use the geoml that wrote it, or geoml restore a backup",
    )


def _not_an_address(got: str) -> InvalidArgument:
    return InvalidArgument(
        "not a database that geoml can use",
        where=VARIABLE,
        expected="postgresql://user:password@host/name, or nothing",
        got=got,
        next_step=f"unset {VARIABLE} to use {FILE} in GEOML_HOME",
    )
