"""What goes, and above all what stays."""

import os
import shutil
import time
from datetime import UTC, datetime, timedelta

import pytest

from geoml import editions
from geoml.errors import Busy, NotFound
from geoml.files import alone
from geoml.paths import Home
from geoml.upkeep import prune as module
from geoml.upkeep.prune import prune

DAY = timedelta(days=1)


@pytest.fixture
def six(home, shelf, monkeypatch):
    """A home with six editions, published on six days before today, quiet for two hours."""
    shutil.rmtree(home.editions("heat", "town"))
    for days in range(6, 0, -1):
        moment = datetime.now(UTC) - days * DAY
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(moment.timestamp())))
        shelf.publish(home, f"{days} days old")
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    shelf.still_for(home, timedelta(hours=2))
    return home


def ids(home):
    return [one.id for one in editions.all_of(home, "heat", "town")]


def test_the_newest_stay_and_the_rest_is_told_with_its_bytes(six):
    before = ids(six)
    sizes = [_size(six.editions("heat", "town") / one) for one in before]
    removed, spared = prune(six, keep=2)
    assert ids(six) == before[-2:]
    assert [one.path for one in removed] == [f"editions/heat/town/{one}" for one in before[:4]]
    assert [one.bytes for one in removed] == sizes[:4]
    assert spared == ()


def test_the_served_edition_stays_however_old(six, shelf):
    oldest = ids(six)[0]
    editions.rollback(six, "heat", "town", to=oldest)
    shelf.still_for(six, timedelta(hours=2))
    prune(six, keep=0)
    assert ids(six) == [oldest]
    editions.current(six, "heat", "town").verify()


def test_what_is_young_stays(six):
    before = ids(six)
    prune(six, keep=0, older_than=timedelta(days=3, hours=12))
    assert ids(six) == before[3:]


def test_an_open_page_keeps_its_edition_for_the_grace_time(six, shelf):
    """A page that was opened on an edition goes on asking for it after the next is published."""
    before = ids(six)
    shelf.publish(six, "just now")
    removed, spared = prune(six, keep=0)
    assert removed == ()
    assert "its pointer moved within" in spared[0]
    assert ids(six)[:-1] == before
    shelf.still_for(six, timedelta(minutes=59))
    assert prune(six, keep=0)[0] == ()
    shelf.still_for(six, timedelta(minutes=61))
    assert len(prune(six, keep=0)[0]) == 6


def test_a_dry_run_removes_nothing_and_tells_the_same(six):
    before = ids(six)
    told = prune(six, keep=1, dry_run=True)
    assert ids(six) == before
    assert prune(six, keep=1) == told


def test_a_shelf_where_somebody_publishes_is_spared(six):
    before = ids(six)
    with alone(six.editions("heat", "town"), wait=False):
        removed, spared = prune(six, keep=0)
    assert removed == ()
    assert "somebody publishes" in spared[0]
    assert ids(six) == before


def test_a_rollback_in_between_gets_its_edition_back(six, monkeypatch):
    """The pointer is looked at again when the editions are off the shelf."""
    oldest, *_, newest = ids(six)

    def roll_back_now(_seconds):
        shelf = six.editions("heat", "town")
        editions.point(six, editions.EditionRef("heat", "town", oldest, shelf / oldest))

    monkeypatch.setattr(module.time, "sleep", roll_back_now)
    removed, _ = prune(six, keep=1)
    assert ids(six) == [oldest, newest]
    assert len(removed) == 4
    editions.current(six, "heat", "town").verify()


def test_a_shelf_that_serves_nothing_is_left_to_a_person(six):
    shelf = six.editions("heat", "town")
    before = sorted(shelf.glob("2*"))
    (shelf / "current.json").unlink()
    assert prune(six, keep=0)[0] == ()
    assert sorted(shelf.glob("2*")) == before


def test_caches_of_editions_that_go_go_too(six):
    oldest, *_, newest = ids(six)
    for one in (oldest, newest, "20200101T000000Z-0123456789"):
        (six.cache("heat", "town") / one).mkdir()
        (six.cache("heat", "town") / one / "page").write_bytes(b"x" * 10)
    removed, _ = prune(six, keep=1)
    left = {one.name for one in six.cache("heat", "town").iterdir()}
    assert left == {newest, "x"}
    assert sum(one.bytes for one in removed if one.what == "cache") == 20


def test_what_a_crash_left_goes_when_it_is_old(six):
    shelf = six.editions("heat", "town")
    for name in (".next-old", ".next-young", ".pruned-old"):
        (shelf / name).mkdir()
        (shelf / name / "half").write_text("x")
    long_ago = time.time() - 100_000
    for name in (".next-old", ".pruned-old"):
        os.utime(shelf / name, (long_ago, long_ago))
    removed, _ = prune(six, keep=10)
    assert sorted(one.path.rpartition("/")[2] for one in removed) == [".next-old", ".pruned-old"]
    assert (shelf / ".next-young").is_dir()


def test_nothing_else_of_the_home_is_touched(six):
    before = {path for path in six.root.rglob("*") if "editions" not in path.parts}
    prune(six, keep=0)
    after = {path for path in six.root.rglob("*") if "editions" not in path.parts}
    assert after - {six.root / ".lock"} == before - {six.root / ".lock"}


def test_not_beside_a_backup_and_not_without_a_home(six, tmp_path):
    with alone(six.root, wait=False), pytest.raises(Busy):
        prune(six)
    with pytest.raises(NotFound):
        prune(Home(tmp_path / "none"))


def _size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
