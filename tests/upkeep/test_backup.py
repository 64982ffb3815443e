"""A backup is a home as it was at one moment, whatever happens meanwhile."""

import json
import sqlite3
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest

from geoml import editions
from geoml.errors import Busy, DataError, InvalidArgument, NotFound
from geoml.files import alone, write_json
from geoml.paths import Home
from geoml.upkeep import snapshot
from geoml.upkeep.backup import backup
from geoml.upkeep.restore import restore


def tree(root):
    """Every visible file with its bytes, databases and caches left out."""
    found = {path.relative_to(root): path for path in root.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes()
        for name, path in found.items()
        if not any(part[0] == "." for part in name.parts)
        and name.parts[0] != "cache"
        and ".db" not in name.name
    }


def names(file):
    with tarfile.open(file) as archive:
        return archive.getnames()


def test_there_and_back(home, tmp_path, said):
    done = backup(home, tmp_path / "b.tar")
    again = Home(tmp_path / "again")
    told = restore(again, tmp_path / "b.tar")
    assert tree(again.root) == tree(home.root)
    assert tree(home.root)
    assert said(again) == said(again, "mlflow.db") == ["before"]
    assert told["files"] == done["files"] == len(names(tmp_path / "b.tar")) - 1
    assert editions.current(again, "heat", "town") is not None


def test_what_can_be_made_again_and_what_is_hidden_stay_out(home, tmp_path):
    backup(home, tmp_path / "b.tar")
    assert not [n for n in names(tmp_path / "b.tar") if n.startswith("cache") or "/." in n]
    assert not [n for n in names(tmp_path / "b.tar") if n.endswith(("-wal", "-shm", ".lock"))]


def test_pointers_come_after_what_they_point_at_and_the_list_is_last(home, tmp_path):
    backup(home, tmp_path / "b.tar")
    listed = names(tmp_path / "b.tar")
    assert listed[-1] == "backup.json"
    assert sorted(listed[-3:-1]) == ["editions/heat/town/current.json", "models/heat/champion.json"]


def test_nothing_is_left_in_the_home(home, tmp_path):
    before = sorted(home.root.rglob("*"))
    backup(home, tmp_path / "b.tar")
    added = {path.name for path in set(home.root.rglob("*")) - set(before)}
    assert added <= {".lock", "geoml.db-wal", "geoml.db-shm", "mlflow.db-wal", "mlflow.db-shm"}


def test_what_happens_while_it_is_written_is_not_in_it(home, tmp_path, said, shelf):
    """Published, ingested, pruned, deleted between the snapshot and the last byte."""
    first = editions.current(home, "heat", "town")

    def meanwhile(_what, share):
        if share > 0 or (home.root / "did").exists():
            return
        (home.root / "did").touch()
        shelf.publish(home, "second")
        write_json(home.area("town") / "area.json", {"id": "town", "name": "changed"})
        temporary = home.sources("town") / ".red-new.tif"
        temporary.write_text("second red.tif")
        temporary.rename(home.sources("town") / "red.tif")
        with closing(sqlite3.connect(home.root / "geoml.db")) as database:
            database.execute("INSERT INTO said VALUES ('meanwhile')")
            database.commit()

    backup(home, tmp_path / "b.tar", meanwhile)
    again = Home(tmp_path / "again")
    restore(again, tmp_path / "b.tar")
    assert editions.current(again, "heat", "town").id == first.id
    assert len(editions.all_of(home, "heat", "town")) == 2
    assert (again.sources("town") / "red.tif").read_text() == "first red.tif"
    assert said(again) == ["before"]
    assert said(home) == ["before", "meanwhile"]


@pytest.mark.slow
def test_under_a_storm_of_writers_every_backup_is_whole(home, tmp_path, shelf):
    """Publishing, ingesting in pairs and writing to the database, as fast as they can."""
    over = Event()

    def storm():
        number = 0
        with closing(sqlite3.connect(home.root / "geoml.db", timeout=30)) as database:
            while not over.wait(0.002):
                number += 1
                shelf.publish(home, f"edition {number}")
                database.execute("INSERT INTO said VALUES (?)", (str(number),))
                database.commit()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(storm)
        try:
            for number in range(8):
                file = tmp_path / f"{number}.tar"
                backup(home, file)
                again = Home(tmp_path / f"again-{number}")
                restore(again, file)
                current = editions.current(again, "heat", "town")
                current.verify()
                for ref in editions.all_of(again, "heat", "town"):
                    ref.verify()
        finally:
            over.set()
        writing.result()
    assert len(editions.all_of(home, "heat", "town")) > 8


def test_an_area_that_is_being_written_is_taken_at_a_quiet_moment(home, tmp_path, monkeypatch):
    """The pair of a source changes between two links: the area is linked again."""
    link, calls = snapshot._link, []

    def changing(source, target):
        link(source, target)
        if source.name == "red.json" and not calls:
            calls.append(1)
            for name in ("red.json", "red.tif"):
                new = source.with_name(f".new-{name}")
                new.write_text(f"second {name}")
                new.replace(source.with_name(name))

    monkeypatch.setattr(snapshot, "_link", changing)
    backup(home, tmp_path / "b.tar")
    again = Home(tmp_path / "again")
    restore(again, tmp_path / "b.tar")
    for name in ("red.json", "red.tif"):
        assert (again.sources("town") / name).read_text() == f"second {name}"


def test_an_area_that_never_stands_still_is_told(home, tmp_path, monkeypatch):
    link = snapshot._link

    def changing(source, target):
        link(source, target)
        if source.name == "red.json":
            (source.parent / ".new").write_text("x")
            (source.parent / ".new").replace(source)

    monkeypatch.setattr(snapshot, "_link", changing)
    with pytest.raises(Busy, match="changes while"):
        backup(home, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_where_there_are_no_hard_links_files_are_copied(home, tmp_path, monkeypatch):
    def refused(self, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.hardlink_to", refused)
    backup(home, tmp_path / "b.tar")
    restore(Home(tmp_path / "again"), tmp_path / "b.tar")
    assert tree(tmp_path / "again") == tree(home.root)


def test_a_link_is_told_and_not_followed(home, tmp_path):
    (tmp_path / "secret").write_text("canary")
    (home.area("town") / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(DataError, match="link"):
        backup(home, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_a_crash_leaves_the_earlier_backup(home, tmp_path):
    backup(home, tmp_path / "b.tar")
    before = (tmp_path / "b.tar").read_bytes()

    def crash(_what, _share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(home, tmp_path / "b.tar", crash)
    assert (tmp_path / "b.tar").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["b.tar"]
    assert not list(home.root.glob(".backup-*"))


def test_not_into_the_home_itself(home):
    with pytest.raises(InvalidArgument, match="inside the home"):
        backup(home, home.root / "backups" / "b.tar")


def test_not_without_a_home(tmp_path):
    with pytest.raises(NotFound):
        backup(Home(tmp_path / "none"), tmp_path / "b.tar")
    assert not (tmp_path / "none").exists()


def test_one_at_a_time(home, tmp_path):
    with alone(home.root, wait=False), pytest.raises(Busy):
        backup(home, tmp_path / "b.tar")


def test_the_archive_names_nobody(home, tmp_path):
    backup(home, tmp_path / "b.tar")
    with tarfile.open(tmp_path / "b.tar") as archive:
        for member in archive:
            assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
        told = json.load(archive.extractfile("backup.json"))
    assert set(told) == {"format", "geoml", "created", "files"}
