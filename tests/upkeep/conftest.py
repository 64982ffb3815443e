"""Small homes with everything that a home has, written quickly."""

import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest

from geoml import editions
from geoml.files import write_json
from geoml.paths import Home


def publish(home, text, service="heat", area="town"):
    """An edition whose only file says ``text``."""

    def fill(folder):
        (folder / "score.tif").write_text(text)
        return {"model": "heat@1", "date": "2025-07-20"}

    return editions.publish(home, service, area, fill)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home with an area, a model, two databases, a cache, locks and an edition."""
    monkeypatch.delenv("GEOML_DATABASE_URL", raising=False)
    home = Home(tmp_path / "home")
    write_json(home.area("town") / "area.json", {"id": "town"})
    for name in ("red.tif", "red.json", ".lock"):
        path = home.sources("town") / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"first {name}")
    write_json(home.models("heat") / "v1" / "manifest.json", {"version": "v1"})
    write_json(home.models("heat") / "champion.json", {"version": "v1"})
    (home.cache("heat", "town") / "x").mkdir(parents=True)
    for name in ("geoml.db", "mlflow.db"):
        with closing(sqlite3.connect(home.root / name)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE said (what TEXT)")
            database.execute("INSERT INTO said VALUES ('before')")
            database.commit()
    publish(home, "first")
    return home


@pytest.fixture
def said():
    """What a database of a home says."""

    def read(home, name="geoml.db"):
        with closing(sqlite3.connect(home.root / name)) as database:
            return [row[0] for row in database.execute("SELECT what FROM said ORDER BY rowid")]

    return read


@pytest.fixture
def shelf():
    """Functions over shelves: publish, and read the pointer's moment back in time."""

    def still_for(home, age, service="heat", area="town"):
        """Let the pointer of a shelf have stood still for a while."""
        from datetime import UTC, datetime

        path = home.editions(service, area) / "current.json"
        ref = editions.current(home, service, area)
        since = (datetime.now(UTC) - age).isoformat()
        write_json(path, {"edition": ref.id, "since": since, "format": 1})

    return SimpleNamespace(publish=publish, still_for=still_for)
