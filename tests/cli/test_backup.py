"""``geoml backup``, ``restore`` and ``prune`` over a real town, while it is served."""

import json
import os
import shutil
import subprocess
import sys
import threading
import urllib.request

import pytest

from geoml.cli.smoke import serving
from geoml.editions import current
from geoml.paths import Home


def geoml(*words, home):
    environment = {**os.environ, "GEOML_HOME": str(home)}
    environment.pop("GEOML_DATABASE_URL", None)
    command = [sys.executable, "-m", "geoml.cli.main", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.fixture
def own(town, tmp_path, monkeypatch):
    """A copy of the tiny town that may be written to."""
    monkeypatch.delenv("GEOML_DATABASE_URL", raising=False)
    shutil.copytree(town.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.mark.slow
def test_a_town_moves_to_another_home_while_it_is_served(own, tmp_path, service_name):
    """Nobody waits: every request during the backup is answered; the new home answers the same."""
    path = f"/tiles/{service_name}-town-score/10/0/0.png"
    token = json.loads(geoml("token", "create", "--scope", "read", home=own.root).stdout)["token"]
    statuses, over = [], threading.Event()
    with serving(home=own.root) as port:

        def ask():
            while not over.is_set():
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                    statuses.append(answer.status)

        asking = threading.Thread(target=ask)
        asking.start()
        done = geoml("backup", str(tmp_path / "b.tar"), home=own.root)
        over.set()
        asking.join()
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["database_included"] is True
    assert set(statuses) == {200}

    again = Home(tmp_path / "again")
    restored = geoml("restore", str(tmp_path / "b.tar"), home=again.root)
    assert restored.returncode == 0, restored.stderr
    edition = current(again, service_name, "town")
    edition.verify()
    assert edition.id == current(own, service_name, "town").id
    with serving(home=again.root) as port:
        ask = urllib.request.Request(
            f"http://127.0.0.1:{port}/areas", headers={"authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(ask) as answer:
            (area,) = json.load(answer)["areas"]
        told = {one["service"]: one["edition"] for one in area["editions"]}
        assert told[service_name] == edition.id


def test_restoring_over_a_home_is_refused(town, tmp_path):
    (tmp_path / "b.tar").write_bytes(b"x")
    answer = geoml("restore", str(tmp_path / "b.tar"), home=town.root)
    assert answer.returncode == 3
    assert "there is a home already" in answer.stderr


def test_a_hostile_file_ends_in_one_line(tmp_path):
    (tmp_path / "b.tar").write_bytes(b"\0" * 4096)
    answer = geoml("restore", str(tmp_path / "b.tar"), home=tmp_path / "home")
    assert answer.returncode == 3
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "home").exists()


def test_pruning_says_what_it_would_remove(own, service_name):
    edition = current(own, service_name, "town")
    old = edition.folder.with_name("20200101T000000Z-0123456789")
    shutil.copytree(edition.folder, old)
    pointer = edition.folder.parent / "current.json"
    told = json.loads(pointer.read_text())
    served = [old.name, *told["served"]]
    pointer.write_text(json.dumps({**told, "since": "2020-01-01T00:00:00+00:00", "served": served}))
    dry = json.loads(geoml("prune", "--keep", "0", "--dry-run", home=own.root).stdout)
    assert old.is_dir()
    done = json.loads(geoml("prune", "--keep", "0", home=own.root).stdout)
    assert done == {**dry, "dry_run": False}
    [gone] = done["removed"]
    assert gone["path"] == f"editions/{service_name}/town/{old.name}"
    assert done["bytes"] == gone["bytes"] > 10_000
    assert not old.exists()
    edition.verify()


@pytest.mark.parametrize("words", [("--keep", "-1"), ("--older-than", "soon"), ("--grace", "1")])
def test_a_wrong_question_removes_nothing(town, words):
    answer = geoml("prune", *words, home=town.root)
    assert answer.returncode == 2
    assert "Traceback" not in answer.stderr
