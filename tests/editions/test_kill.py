"""`kill -9` a hundred times, at points spread over the whole of a publication.

Each publisher is a process forked from this one, so that it starts in a millisecond, and dies by
SIGKILL: fifty at a step of their own, the steps taken evenly from the first to the last, and fifty
from outside, at a random time. Readers live through all of it: the shelf, and the whole
application with its caches.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
import warnings
from collections import Counter

import pytest

from geoml import catalog, editions
from geoml.files import read_json
from geoml.paths import Home

pytestmark = pytest.mark.slow

KILLS = 100
STEPS = ("open", "os.", "shutil.", "fcntl.", "tempfile.")
"""Audit events that are steps of a publication: files opened, renamed, made, removed, locked."""


@pytest.fixture(scope="module")
def home(town, tmp_path_factory):
    """A copy of the tiny town, to be ill-treated."""
    root = tmp_path_factory.mktemp("kill") / "home"
    shutil.copytree(town.root, root)
    return Home(root)


@pytest.fixture(scope="module")
def client(home):
    from starlette.testclient import TestClient

    from geoml.api.app import create_app
    from geoml.api.settings import Settings

    with TestClient(create_app(Settings(home=home.root))) as client:
        yield client


class Publisher:
    """Publishes a copy of the town's edition in a forked process that it can kill."""

    def __init__(self, home, service):
        self.home, self.service = home, service
        self.model = editions.current(home, service, "town")
        self.serial = 0

    def fill(self, folder):
        """The files of a real edition, and one that says which publication this is."""
        manifest = self.model.manifest()
        for name in manifest["files"]:
            shutil.copyfile(self.model.folder / name, folder / name)
        (folder / "serial.txt").write_text(str(self.serial))
        return {**manifest, "serial": self.serial}

    def publish(self):
        self.serial += 1
        return editions.publish(self.home, self.service, "town", self.fill)

    def fork(self, at_step=None):
        """A child that publishes; returns its id and a pipe that says when it starts and ends."""
        self.serial += 1
        ear, mouth = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns of threads
            child = os.fork()
        if child:
            os.close(mouth)
            return child, ear
        try:
            count = 0

            def hook(event, _args):
                nonlocal count
                if event.startswith(STEPS):
                    count += 1
                    if count == at_step:
                        os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(hook)
            os.write(mouth, b"\0")
            editions.publish(self.home, self.service, "town", self.fill)
            os.write(mouth, count.to_bytes(4, "big"))
            time.sleep(60)  # done, and not yet gone: whoever kills it kills it afterwards
        finally:
            os._exit(1)


def measure(publisher):
    """(steps, seconds) of one whole publication in a child."""
    child, ear = publisher.fork()
    os.read(ear, 1)
    started = time.perf_counter()
    steps = int.from_bytes(os.read(ear, 4), "big")
    seconds = time.perf_counter() - started
    end(child, ear)
    assert steps > 50
    return steps, seconds


def end(child, ear):
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(ear)
    assert os.WTERMSIG(status) == signal.SIGKILL


def check_served(home, service, client, middle, allowed):
    """What is served is one of ``allowed``, whole, and the application answers from it."""
    now = editions.current(home, service, "town")
    assert now.id in allowed
    now.verify()
    assert (now.folder / "serial.txt").read_text() == str(now.manifest()["serial"])
    lon, lat = middle
    answer = client.get(f"/services/{service}/at?lon={lon}&lat={lat}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["edition"] == now.id
    (told,) = (e for e in client.get("/areas/town").json()["editions"] if e["service"] == service)
    assert told["edition"] == now.id
    layer = catalog.layer(home, f"{service}-town-score")
    assert layer.edition == now
    for ref in editions.all_of(home, service, "town"):
        assert set(ref.manifest()["files"]) <= {path.name for path in ref.folder.iterdir()}
    return now


def test_a_hundred_killed_publishers_leave_an_edition_served(
    home, service_name, client, record_testsuite_property
):
    from geoml.areas.area import load

    west, south, east, north = load(home, "town").grid.lonlat_bounds()
    middle = (west + east) / 2, (south + north) / 2
    publisher, luck = Publisher(home, service_name), random.Random(7)
    served = publisher.publish()
    steps, seconds = measure(publisher)
    served = editions.current(home, service_name, "town")
    died = Counter()
    for number in range(KILLS):
        before = complete(home, service_name)
        if number % 2:
            child, ear = publisher.fork()
            os.read(ear, 1)
            time.sleep(luck.uniform(0, 1.2 * seconds))
        else:
            child, ear = publisher.fork(at_step=1 + number * (steps - 1) // (KILLS - 2))
            while len(os.read(ear, 4)) == 1:  # until it is dead, or at its end after all
                continue
        end(child, ear)
        new = complete(home, service_name) - before
        assert len(new) <= 1
        now = check_served(home, service_name, client, middle, {served.id, *new})
        pointed = now != served
        listed = {ref.id for ref in editions.all_of(home, service_name, "town")}
        assert listed & new == (new if pointed else set())  # what nobody served is on no list
        died["after the pointer" if pointed else "between" if new else "before the edition"] += 1
        served = publisher.publish()  # the next one succeeds at once, and sweeps
        shelf = home.editions(service_name, "town")
        assert not list(shelf.glob(".next-*"))
        assert pointed or not complete(home, service_name) & new
        assert read_json(shelf / "current.json")["edition"] == served.id
        thin_out(shelf, {served.id, publisher.model.id})
    told = f"{dict(died)} of {steps} steps, {1000 * seconds:.0f} ms"
    record_testsuite_property("publishers_died", told)
    assert sum(died.values()) == KILLS
    assert set(died) == {"before the edition", "between", "after the pointer"}, died
    check_served(home, service_name, client, middle, {served.id})


def complete(home, service):
    """Ids of the editions that lie on the shelf, served or not."""
    shelf = home.editions(service, "town")
    return {path.parent.name for path in shelf.glob("[!.]*/manifest.json")}


def thin_out(shelf, keep):
    """Delete editions that nobody looks at any more: a hundred of them would only fill the disk."""
    for path in shelf.glob("[!.]*/manifest.json"):
        if path.parent.name not in keep:
            shutil.rmtree(path.parent)


def test_an_old_pointer_that_a_killed_publisher_left_is_swept_and_a_young_one_is_not(
    home, service_name
):
    """A rollback takes no lock: what it is writing just now must not be swept from under it."""
    shelf = home.editions(service_name, "town")
    old, young = shelf / ".current-old.json", shelf / ".current-young.json"
    for path in (old, young):
        path.write_text("{}")
    os.utime(old, (0, 0))
    Publisher(home, service_name).publish()
    assert not old.exists()
    assert young.exists()
    young.unlink()
