"""Publish, point, roll back; whatever happens, something complete is served."""

import shutil

import pytest

from geoml import editions
from geoml.errors import Busy, CorruptFile, InvalidArgument, UnknownEdition
from geoml.files import read_json, write_json
from geoml.paths import Home


def filled(text):
    def fill(folder):
        (folder / "score.tif").write_text(text)
        return {"model": "answer@1"}

    return fill


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_what_is_published_is_served(home):
    ref = editions.publish(home, "answer", "town", filled("a"))
    assert editions.current(home, "answer", "town") == ref
    manifest = ref.manifest()
    assert manifest["model"] == "answer@1"
    assert set(manifest["files"]) == {"score.tif"}
    ref.verify()


def test_a_failed_publication_changes_nothing(home):
    before = editions.publish(home, "answer", "town", filled("a"))

    def fail(folder):
        (folder / "score.tif").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        editions.publish(home, "answer", "town", fail)
    assert editions.current(home, "answer", "town") == before
    left = {p.name for p in home.editions("answer", "town").iterdir()}
    assert left == {before.id, "current.json", ".lock", ".pointing.lock"}


def test_rollback_serves_the_edition_before(home):
    old = _published_at(home, "a", "20250101T000000Z")
    new = editions.publish(home, "answer", "town", filled("b"))
    assert editions.rollback(home, "answer", "town").id == old
    assert editions.current(home, "answer", "town").id == old
    assert editions.rollback(home, "answer", "town", new.id) == new
    with pytest.raises(UnknownEdition, match="nothing to roll back"):
        editions.rollback(home, "answer", "town", old)
        editions.rollback(home, "answer", "town")


def test_a_damaged_edition_is_not_rolled_back_to(home):
    old = _published_at(home, "a", "20250101T000000Z")
    new = editions.publish(home, "answer", "town", filled("b"))
    (home.editions("answer", "town") / old / "score.tif").write_text("tampered")
    with pytest.raises(CorruptFile, match="sha256"):
        editions.rollback(home, "answer", "town")
    assert editions.current(home, "answer", "town") == new


@pytest.mark.parametrize("bad", ["../../etc", "20250101T000000Z-zzzzzzzzzz", "", "."])
def test_a_strange_edition_id_is_unknown(home, bad):
    editions.publish(home, "answer", "town", filled("a"))
    with pytest.raises((UnknownEdition, InvalidArgument)):
        editions.find(home, "answer", "town", bad)


def test_two_processes_do_not_publish_at_once(home):
    def nested(folder):
        (folder / "a").write_text("a")
        editions.publish(home, "answer", "town", filled("b"))
        return {}

    with pytest.raises(Busy, match="another process"):
        editions.publish(home, "answer", "town", nested)


def ids(home):
    return [one.id for one in editions.all_of(home, "answer", "town")]


def put_there(home, ref, stamp):
    """A whole edition that was never served: what a publisher that died then leaves."""
    orphan = ref.folder.with_name(f"{stamp}-0123456789")
    shutil.copytree(ref.folder, orphan)
    return orphan


def test_what_was_never_served_is_no_answer_to_go_back_to(home):
    old = _published_at(home, "a", "20250101T000000Z")
    new = editions.publish(home, "answer", "town", filled("b"))
    orphan = put_there(home, new, "20250601T000000Z")
    assert ids(home) == [old, new.id]
    assert editions.rollback(home, "answer", "town").id == old
    assert editions.rollback(home, "answer", "town", orphan.name).folder == orphan  # it was named
    assert ids(home) == [old, orphan.name, new.id]


def test_the_next_publisher_sweeps_what_was_never_served(home):
    first = editions.publish(home, "answer", "town", filled("a"))
    older = put_there(home, first, "20240101T000000Z")
    orphan = put_there(home, first, "29990101T000000Z")
    second = editions.publish(home, "answer", "town", filled("b"))
    assert older.exists()
    assert not orphan.exists()
    assert sorted(ids(home)) == sorted([first.id, second.id])


def test_before_the_first_is_served_there_is_none(home):
    ref = editions.publish(home, "answer", "town", filled("a"))
    (home.editions("answer", "town") / "current.json").unlink()
    assert ids(home) == []
    editions.point(home, ref)
    assert ids(home) == [ref.id]


def test_a_pointer_of_before_the_journal_vouches_for_all_that_are_there(home):
    old = _published_at(home, "a", "20250101T000000Z")
    new = editions.publish(home, "answer", "town", filled("b"))
    write_json(home.editions("answer", "town") / "current.json", {"edition": new.id})
    assert ids(home) == [old, new.id]
    third = editions.publish(home, "answer", "town", filled("c"))
    assert set(ids(home)) == {old, new.id, third.id}


def test_the_journal_forgets_what_was_thrown_away(home):
    old = _published_at(home, "a", "20250101T000000Z")
    shutil.rmtree(home.editions("answer", "town") / old)
    new = editions.publish(home, "answer", "town", filled("b"))
    assert read_json(home.editions("answer", "town") / "current.json")["served"] == [new.id]


def _published_at(home, text, stamp):
    """An edition whose time is another one; returns its id."""
    ref = editions.publish(home, "answer", "town", filled(text))
    moved = f"{stamp}-{ref.id.partition('-')[2]}"
    ref.folder.rename(ref.folder.parent / moved)
    editions.point(home, editions.find(home, "answer", "town", moved))
    return moved
