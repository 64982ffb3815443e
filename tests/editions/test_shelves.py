"""Several services and areas, every way to publish, fail, die, go back and delete: as one machine.

Hypothesis draws the same 15 walks in every run (``derandomize``). Dying is real: the publisher is
a forked process that kills itself with SIGKILL at one of its own steps.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from geoml import editions
from geoml.areas import area as areas
from geoml.errors import Busy, UnknownEdition
from geoml.paths import Home

SERVICES, AREAS = ("heat", "other"), ("north", "south")
places = st.sampled_from([(service, area) for service in SERVICES for area in AREAS])


def filled(text, files=3):
    """Write files that all say ``text``, and a manifest that says it too."""

    def fill(folder):
        for number in range(files):
            (folder / f"{number}.txt").write_text(text)
        return {"text": text}

    return fill


def read_whole(ref):
    """What an edition says; every one of its files and its manifest must say the same."""
    ref.verify()
    manifest = ref.manifest()
    said = {(ref.folder / name).read_text() for name in manifest["files"]}
    assert said == {manifest["text"]}
    assert manifest["edition"] == ref.id
    return manifest["text"]


def forked(work: Callable[[], None]) -> int:
    """Run ``work`` in a copy of this process; its id. It never comes back here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns of threads, it takes none
        child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def die_at(step):
    """Kill this process at its ``step``-th step: an open, rename, mkdir, chmod, remove, lock."""
    count = 0

    def hook(event, _args):
        nonlocal count
        if event == "open" or event.startswith(("os.", "shutil.", "fcntl.", "tempfile.")):
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


class Shelves(RuleBasedStateMachine):
    """The model: of each service and area, what is there and what is served."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.home = Home(Path(self.folder.name))
        self.there = {(s, a): {} for s in SERVICES for a in AREAS}
        self.served = dict.fromkeys(self.there)
        self.count = 0
        for area in AREAS:
            self._create(area)

    def _create(self, area):
        areas.create(self.home, area, area, bbox=(4.8, 45.7, 4.81, 45.71), synthetic=True)

    def teardown(self):
        self.folder.cleanup()

    def _text(self):
        self.count += 1
        return f"edition {self.count}"

    @rule(place=places)
    def publish(self, place):
        text = self._text()
        ref = editions.publish(self.home, *place, filled(text))
        self.there[place][ref.id] = text
        self.served[place] = ref.id

    @rule(place=places)
    def fail(self, place):
        def fill(folder):
            filled("half")(folder)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            editions.publish(self.home, *place, fill)

    @rule(place=places, step=st.integers(1, 60))
    def die(self, place, step):
        """The new edition is served, or nobody ever hears of it."""
        text, before = self._text(), self.served[place]

        def work():
            die_at(step)
            editions.publish(self.home, *place, filled(text))

        os.waitpid(forked(work), 0)
        there = {ref.id: read_whole(ref) for ref in editions.all_of(self.home, *place)}
        new = there.keys() - self.there[place].keys()
        assert [there[one] for one in new] in ([], [text])
        now = editions.current(self.home, *place)
        assert (now.id if now else None) == next(iter(new), before)
        self.there[place], self.served[place] = there, now.id if now else None

    @precondition(lambda self: any(self.there.values()))
    @rule(data=st.data())
    def roll_back_to_any(self, data):
        place = data.draw(st.sampled_from([one for one, there in self.there.items() if there]))
        to = data.draw(st.sampled_from(sorted(self.there[place])))
        assert editions.rollback(self.home, *place, to).id == to
        self.served[place] = to

    @rule(place=places)
    def roll_back(self, place):
        now = self.served[place]
        earlier = sorted(one for one in self.there[place] if now and one < now)
        if earlier:
            self.served[place] = editions.rollback(self.home, *place).id
            assert self.served[place] == earlier[-1]
        else:
            with pytest.raises(UnknownEdition, match="nothing to roll back to"):
                editions.rollback(self.home, *place)

    @rule(area=st.sampled_from(AREAS))
    def delete_and_make_again(self, area):
        areas.delete(self.home, area)
        self._create(area)
        for service in SERVICES:
            self.there[service, area], self.served[service, area] = {}, None

    @rule(place=places)
    def delete_while_publishing(self, place):
        """Nobody takes the shelf from under a publisher, nor any other of that area."""
        text = self._text()

        def fill(folder):
            with pytest.raises(Busy, match="another process is publishing"):
                areas.delete(self.home, place[1])
            return filled(text)(folder)

        ref = editions.publish(self.home, *place, fill)
        self.there[place][ref.id] = text
        self.served[place] = ref.id

    @invariant()
    def each_shelf_is_what_the_model_says(self):
        for place, there in self.there.items():
            found = editions.all_of(self.home, *place)
            assert {ref.id: read_whole(ref) for ref in found} == there
            now = editions.current(self.home, *place)
            assert (now.id if now else None) == self.served[place]


TestShelves = Shelves.TestCase
TestShelves.settings = settings(
    max_examples=15, stateful_step_count=12, deadline=None, derandomize=True
)


def test_dying_at_every_single_step_leaves_one_edition_or_the_other(tmp_path):
    """Not at random: at each step in turn, until one publication is through before it dies."""
    home, died, step, status = Home(tmp_path), [], 0, signal.SIGKILL
    shelf = home.editions("heat", "north")
    while status == signal.SIGKILL:
        step += 1
        before = editions.publish(home, "heat", "north", filled(f"before {step}"))
        assert not list(shelf.glob(".next-*"))  # it swept what the one that died had left
        there = set(shelf.glob("2*"))

        def work(step=step):
            die_at(step)
            editions.publish(home, "heat", "north", filled(f"dying {step}"))

        status = os.waitpid(forked(work), 0)[1]
        new = set(shelf.glob("2*")) - there
        now = editions.current(home, "heat", "north")
        assert {now.folder} <= {before.folder, *new}
        assert read_whole(now) == (f"before {step}" if now == before else f"dying {step}")
        died.append("before" if not new else "between" if now == before else "after")
        check_lists(home, before, now, new - {now.folder})
    assert status == 0
    assert died == sorted(died, key=["before", "between", "after"].index)
    assert min(died.count(one) for one in ("before", "between", "after")) >= 2, Counter(died)


def check_lists(home, before, now, unserved):
    """What nobody served is on no list, and no rollback chooses it; then all is as it was."""
    known = [one.id for one in editions.all_of(home, "heat", "north")]
    assert {before.id, now.id} <= set(known)
    assert not {folder.name for folder in unserved} & set(known)
    earlier = [one for one in known if one < now.id]
    if earlier:
        assert editions.rollback(home, "heat", "north").id == earlier[-1]
        assert editions.rollback(home, "heat", "north", now.id) == now


def test_a_reader_in_another_process_never_sees_a_mix(tmp_path):
    """It reads all the time while editions are published and rolled back: each is one edition."""
    home, seen, stop = Home(tmp_path), tmp_path / "seen", tmp_path / "stop"
    first = editions.publish(home, "heat", "north", filled("0", files=12))

    def read_all_the_time():
        said = []
        while not stop.exists():
            try:
                said.append(read_whole(editions.current(home, "heat", "north")))
            except BaseException as error:  # noqa: BLE001 - told to the parent, whatever it is
                said.append(repr(error))
                break
        seen.write_text("\n".join(said))

    reader = forked(read_all_the_time)
    end = time.monotonic() + 1.5
    number = 0
    while time.monotonic() < end or number < 20:
        number += 1
        editions.publish(home, "heat", "north", filled(str(number), files=12))
        if number % 5 == 0:
            editions.rollback(home, "heat", "north", first.id)
    stop.touch()
    assert os.waitpid(reader, 0)[1] == 0
    said = seen.read_text().splitlines()
    assert set(said) <= {str(one) for one in range(number + 1)}
    assert len(set(said)) > 5


def test_what_a_reader_held_and_somebody_deleted_is_unknown_not_a_crash(tmp_path):
    home = Home(tmp_path)
    areas.create(home, "north", "north", bbox=(4.8, 45.7, 4.81, 45.71), synthetic=True)
    held = editions.publish(home, "heat", "north", filled("a"))
    areas.delete(home, "north")
    assert editions.current(home, "heat", "north") is None
    for read in (held.manifest, held.verify):
        with pytest.raises(UnknownEdition, match="no such edition"):
            read()
