"""Publish, point, roll back; whatever happens, something complete is served."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

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


class Shelf(RuleBasedStateMachine):
    """Any order of publishing, failing and rolling back leaves a complete edition served."""

    def __init__(self):
        super().__init__()
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.home = Home(Path(self.folder.name))
        self.ids = []
        self.served = None

    def teardown(self):
        self.folder.cleanup()

    @rule(text=st.text(max_size=5))
    def publish(self, text):
        ref = editions.publish(
            self.home, "answer", "town", filled(text.encode("utf-8", "replace").hex())
        )
        self.ids = sorted({*self.ids, ref.id})
        self.served = ref.id

    @rule()
    def fail(self):
        def fill(folder):
            (folder / "x").write_text("x")
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            editions.publish(self.home, "answer", "town", fill)

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def rollback_to(self, data):
        to = data.draw(st.sampled_from(self.ids))
        self.served = editions.rollback(self.home, "answer", "town", to).id

    @precondition(lambda self: self.served)
    @rule()
    def rollback(self):
        earlier = [one for one in self.ids if one < self.served]
        if not earlier:
            with pytest.raises(UnknownEdition):
                editions.rollback(self.home, "answer", "town")
        else:
            self.served = editions.rollback(self.home, "answer", "town").id
            assert self.served == earlier[-1]

    @invariant()
    def what_is_served_is_whole(self):
        now = editions.current(self.home, "answer", "town")
        assert (now.id if now else None) == self.served
        if now:
            now.verify()
        assert [e.id for e in editions.all_of(self.home, "answer", "town")] == self.ids


TestShelf = Shelf.TestCase
TestShelf.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)

LOOP = """
import sys
from pathlib import Path
from geoml import editions
from geoml.paths import Home
def fill(folder):
    for i in range(20):
        (folder / f"{i}.bin").write_bytes(bytes([i]) * 20_000)
    return {}
while True:
    editions.publish(Home(Path(sys.argv[1])), "answer", "town", fill)
    print("published", flush=True)
"""


@pytest.mark.slow
def test_killing_the_publisher_leaves_an_edition_served(home):
    """`kill -9` at 20 random moments: what is served is whole, and the next publication works."""
    import random

    luck = random.Random(7)
    editions.publish(home, "answer", "town", filled("first"))
    for _ in range(20):
        loop = [sys.executable, "-c", LOOP, str(home.root)]
        with subprocess.Popen(loop, stdout=subprocess.PIPE, text=True) as process:
            process.stdout.readline()
            time.sleep(luck.uniform(0, 0.15))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        editions.current(home, "answer", "town").verify()
        for ref in editions.all_of(home, "answer", "town"):
            assert json.loads((ref.folder / "manifest.json").read_text())["edition"] == ref.id
    ref = editions.publish(home, "answer", "town", filled("last"))
    assert editions.current(home, "answer", "town") == ref
    assert not list(home.editions("answer", "town").glob(".next-*"))
