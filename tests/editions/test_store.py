"""Publish, point, roll back; whatever happens, something complete is served."""

import pytest

from geoml import editions
from geoml.errors import Busy, CorruptFile, InvalidArgument, UnknownEdition
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
    assert left == {before.id, "current.json", ".lock"}


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


def _published_at(home, text, stamp):
    """An edition whose time is another one; returns its id."""
    ref = editions.publish(home, "answer", "town", filled(text))
    moved = f"{stamp}-{ref.id.partition('-')[2]}"
    ref.folder.rename(ref.folder.parent / moved)
    editions.point(home, editions.find(home, "answer", "town", moved))
    return moved
