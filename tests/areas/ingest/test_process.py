import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from geoml.areas.ingest import process
from geoml.areas.ingest.process import Limits, run
from geoml.errors import UnreadableFile


@pytest.fixture
def child_runs(monkeypatch):
    """Let the child run other code in the place of ``geoml.areas.ingest.child``."""

    real = subprocess.Popen

    def use(code: str) -> None:
        def start(command, **options):
            prelude = "import sys, json, os; request = json.loads(sys.stdin.readline())\n"
            return real([sys.executable, "-c", prelude + code], **options)

        monkeypatch.setattr(process.subprocess, "Popen", start)

    return use


def task(**limits):
    return run({"task": "none"}, names="dem=scene.tif", limits=Limits(**limits))


def test_the_last_line_is_the_result_and_the_others_are_progress(child_runs):
    child_runs(
        "print(json.dumps({'progress': ['dem', 0.5]})); print(json.dumps({'result': {'a': 1}}))"
    )
    seen = []
    got = run({}, names="x", progress=lambda told, share: seen.append((told, share)))
    assert (got, seen) == ({"a": 1}, [("dem", 0.5)])


@pytest.mark.parametrize(
    ("number", "says"), [(signal.SIGKILL, "lack of memory"), (signal.SIGSEGV, "SIGSEGV")]
)
def test_a_killed_child_is_an_unreadable_file(child_runs, number, says):
    child_runs(
        "print(json.dumps({'progress': ['dem', 0.5]}), flush=True)\n"
        f"os.kill(os.getpid(), {int(number)})"
    )
    with pytest.raises(UnreadableFile, match=says) as caught:
        task()
    error = caught.value
    assert error.where == "dem=scene.tif"
    assert "while at dem" in error.got
    assert error.next_step


def test_a_child_that_never_ends_is_ended(child_runs):
    child_runs("import time; time.sleep(600)")
    started = time.monotonic()
    with pytest.raises(UnreadableFile, match=r"more than 0\.5 s"):
        task(wall_s=0.5)
    assert time.monotonic() - started < 10


def test_a_bug_in_the_child_is_not_the_fault_of_the_file(child_runs):
    child_runs("raise KeyError('oops')")
    with pytest.raises(RuntimeError, match="oops"):
        task()


def test_the_child_sees_no_foreign_settings(child_runs, monkeypatch):
    monkeypatch.setenv("GDAL_VRT_ENABLE_PYTHON", "YES")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    child_runs("print(json.dumps({'result': dict(os.environ)}))")
    seen = task()
    assert "GDAL_VRT_ENABLE_PYTHON" not in seen
    assert "AWS_SECRET_ACCESS_KEY" not in seen
    assert seen["PROJ_NETWORK"] == "OFF"


def test_the_limit_on_memory_holds_in_the_real_child(home, town, raster):
    """A reader that may map 300 MB cannot even load its libraries: an error, not a hang."""
    from geoml.areas.ingest import ingest

    if sys.platform != "linux":
        pytest.skip("macOS does not enforce RLIMIT_AS")
    path = raster(np.ones((10, 10), np.float32))
    with pytest.raises((UnreadableFile, RuntimeError)):
        ingest(home, "town", [f"dem={path}"], limits=Limits(memory=300 << 20))
    assert not list(home.sources("town").glob("*.tif"))


def test_ctrl_c_ends_the_child(child_runs, tmp_path):
    pid_file = tmp_path / "pid"
    child_runs(
        f"import time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    )

    def press() -> None:
        while not pid_file.is_file() or not pid_file.read_text():
            time.sleep(0.02)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=press, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        task()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_the_child_ends_when_its_parent_is_gone():
    watch = (
        "import threading, time; from geoml.areas.ingest import child; "
        "threading.Thread(target=child._end_with_parent, daemon=True).start(); time.sleep(600)"
    )
    child = subprocess.Popen([sys.executable, "-c", watch], stdin=subprocess.PIPE)
    child.stdin.close()  # as when the parent was killed
    assert child.wait(timeout=60) == 3
