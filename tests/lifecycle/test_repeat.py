"""The same files at the same time give the same bytes, whoever makes them, wherever, with what.

Two processes go the whole way from the tiny town's files to an edition of every service that it
feeds. They differ in home, working folder, time zone, locale, hash seed, umask, and in how many
processors and threads there are. The time is pinned by ``SOURCE_DATE_EPOCH``; what remains is
drawn when an area is created, and declared in ``editions.store.OF_THE_HOME``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from geoml.editions.store import OF_THE_HOME
from geoml.files import read_json
from geoml.paths import Home

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # seconds; the machine may be shared

EPOCH = "1751328000"
MAKE = """
import json, os, sys
from pathlib import Path
told = json.loads(sys.argv[1])
os.umask(int(told["umask"], 8))
if told["processors"] == 1 and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from geoml import catalog
from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.lifecycle.run import run
from geoml.paths import Home
home = Home(Path(told["home"]))
areas.create(home, "town", "Petiteville", bbox=tuple(told["bbox"]), synthetic=True)
items = [f"{key}={path}" for key, path in told["files"].items()]
ingest(home, "town", items, date="2025-07-20", licence="CC0-1.0")
for name in catalog.fed_by(told["files"]):
    run(home, name, "town")
"""
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "GDAL_NUM_THREADS")
HERE = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", **dict.fromkeys(THREADS, "5")}
THERE = {
    "TZ": "Asia/Kathmandu",
    "LC_ALL": "tr_TR.UTF-8",
    "PYTHONHASHSEED": "4242",
    **dict.fromkeys(THREADS, "1"),
}


def start(folder, little, env, umask, processors):
    """A process that makes everything in a home of its own."""
    folder.mkdir()
    told = {
        "home": str(folder / "home"),
        "umask": umask,
        "processors": processors,
        "bbox": little.bbox,
        "files": {key: str(path) for key, path in little.files.items()},
    }
    return subprocess.Popen(
        [sys.executable, "-c", MAKE, json.dumps(told)],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            **env,
            "SOURCE_DATE_EPOCH": EPOCH,
        },
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def homes(little, tmp_path_factory):
    root = tmp_path_factory.mktemp("repeat")
    makers = [
        start(root / "here", little, HERE, "022", 2),
        start(root / "a-longer-name-elsewhere", little, THERE, "077", 1),
    ]
    try:
        for maker in makers:
            _, told = maker.communicate()
            assert maker.returncode == 0, told
    finally:
        for maker in makers:
            maker.kill()
            maker.wait()
            maker.stderr.close()
    return [Home(root / name / "home") for name in ("here", "a-longer-name-elsewhere")]


def files_of(root, *below):
    """Path below ``root`` -> file, of what counts: no locks, no tracking, no pointers."""
    found = [path for part in below for path in sorted((root / part).rglob("*")) if path.is_file()]
    return {
        str(path.relative_to(root)): path
        for path in found
        if path.name != "current.json" and not path.name.endswith(".lock")
    }


def without(document, names):
    return {key: value for key, value in document.items() if key not in names}


def test_every_file_of_every_edition_repeats_to_the_byte(homes):
    here, there = (files_of(home.root, "editions") for home in homes)
    assert here.keys() == there.keys()
    assert len([name for name in here if name.endswith(".tif")]) >= 8
    for name, path in here.items():
        if path.name != "manifest.json":
            assert path.read_bytes() == there[name].read_bytes(), name


def test_manifests_repeat_but_for_what_is_declared(homes):
    here, there = (files_of(home.root, "editions") for home in homes)
    manifests = [name for name in here if name.endswith("manifest.json")]
    assert manifests
    for name in manifests:
        one, other = read_json(here[name]), read_json(there[name])
        assert without(one, OF_THE_HOME) == without(other, OF_THE_HOME)
        assert one["created"] == "2025-07-01T00:00:00+00:00"
        for key in OF_THE_HOME:
            assert one[key] != other[key]
            ours, theirs = json.dumps(one[key]).encode(), json.dumps(other[key]).encode()
            sealed = here[name].read_bytes().replace(ours, theirs)
            assert sealed == there[name].read_bytes()


def test_features_and_models_repeat_too(homes):
    here, there = (files_of(home.root, "areas/town/features", "models") for home in homes)
    assert here.keys() == there.keys()
    for name, path in here.items():
        if path.name not in ("manifest.json", "champion.json"):
            assert path.read_bytes() == there[name].read_bytes(), name


def test_what_is_published_may_be_read_by_a_server_of_another_user(homes):
    """Whatever the umask of who published: files 0644, folders 0755."""
    for home in homes:
        for path in files_of(home.root, "editions").values():
            assert path.stat().st_mode & 0o777 == 0o644, path
            assert path.parent.stat().st_mode & 0o777 == 0o755, path.parent
