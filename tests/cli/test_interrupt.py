"""Ctrl-C at any moment of the real command: one line, exit code 130, nothing left, no child."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from types import SimpleNamespace

import numpy as np
import pytest

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.paths import Home
from geoml.raster.cog import write

SCRIPT = "from geoml.cli.main import main; print('ready', flush=True); main()"
"""What the installed command does, and a word when Python has started and has our entry point.

Ctrl-C before that word is Python's own matter: some hundredths of a second.
"""
COMMAND = [sys.executable, "-c", SCRIPT]
POINTS = 20
SAID = "stopped; nothing half-written is left"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A town with a source, a file that takes a second to ingest, and the time that this takes."""
    folder = tmp_path_factory.mktemp("interrupt")
    home = Home(folder / "home")
    area = areas.create(home, "town", "Town", bbox=(2.30, 48.80, 2.33, 48.82))
    fine = area.grid.refine(15)
    noise = np.random.default_rng(3).random(fine.shape).astype("float32")
    write(folder / "dem.tif", noise, fine)
    ingest(home, "town", [f"dem={folder / 'dem.tif'}"])
    place = SimpleNamespace(home=home, item=f"dem={folder / 'dem.tif'}", before=listed(home))
    started = time.monotonic()
    _, told = start(place).communicate()
    place.takes_s = time.monotonic() - started
    assert told.startswith("dem: elevation")
    return place


def start(place, *words):
    return subprocess.Popen(
        [*COMMAND, *(words or ("ingest", "town", place.item, "--json"))],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "GEOML_HOME": str(place.home.root)},
    )  # fmt: skip


def listed(home):
    return {p.name for p in home.sources("town").iterdir()}


def children(parent):
    """Process ids of the readers that a command has started."""
    told = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True).stdout
    pairs = [line.split() for line in told.splitlines()[1:]]
    return [int(pid) for pid, of in pairs if int(of) == parent]


def interrupted(place, after_s, *words):
    """(exit code, stderr) of the command with Ctrl-C after a time, as a terminal sends it."""
    process = start(place, *words)
    assert process.stdout.readline() == "ready\n"
    time.sleep(after_s)
    readers = children(process.pid)
    with suppress(ProcessLookupError):  # it had ended
        os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert gone(readers)
    return process.returncode, told.strip()


def gone(pids, within_s=5.0):
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_ctrl_c_at_any_moment_of_an_ingestion(place):
    """Half of the moments within the first tenth of a second, while modules are imported."""
    shares = random.Random(20).random
    waits = [0.1 * i / (POINTS // 2) for i in range(POINTS // 2)]
    waits += [shares() * place.takes_s for _ in range(POINTS // 2)]
    codes = []
    for wait in waits:
        code, told = interrupted(place, wait)
        codes.append(code)
        assert code in (0, 130), (wait, code, told)
        assert code == 0 or told.splitlines()[-1] == SAID, (wait, told)
        assert "Traceback" not in told, (wait, told)
        assert listed(place.home) == place.before, wait
    assert codes.count(130) >= POINTS // 2


def test_ctrl_c_while_the_command_is_imported():
    """It comes just when typer is imported, which takes most of the first tenth of a second."""
    code = (
        "import sys, signal, builtins; real = builtins.__import__\n"
        "def stop(name, *rest, **more):\n"
        "    if name == 'typer': signal.raise_signal(signal.SIGINT)\n"
        "    return real(name, *rest, **more)\n"
        "builtins.__import__ = stop\n"
        "from geoml.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (130, SAID)


def test_a_library_that_makes_an_error_of_ctrl_c_does_not_hide_it():
    code = (
        "import signal, geoml.cli.app as app\n"
        "def execute():\n"
        "    try: signal.raise_signal(signal.SIGINT)\n"
        "    except KeyboardInterrupt as error: raise ImportError('numpy is broken') from error\n"
        "app.execute = execute\n"
        "from geoml.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (130, SAID)


@pytest.mark.parametrize("where", ["made", "used", "removed"])
def test_a_staging_folder_goes_whenever_ctrl_c_comes(tmp_path, monkeypatch, where):
    """Also when it comes exactly when the folder has been made, or is being removed."""
    from geoml import files

    mkdir, rmtree, pressed = files.Path.mkdir, shutil.rmtree, []

    def make(path, *args, **options):
        mkdir(path, *args, **options)
        if path != tmp_path and where == "made":
            raise KeyboardInterrupt

    def remove(*args, **options):
        if where == "removed" and not pressed:
            pressed.append(True)
            raise KeyboardInterrupt
        rmtree(*args, **options)

    monkeypatch.setattr(files.Path, "mkdir", make)
    monkeypatch.setattr(files.shutil, "rmtree", remove)
    with pytest.raises(KeyboardInterrupt), files.staging(tmp_path, "next") as folder:
        (folder / "half").touch()
        if where == "used":
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_step_that_must_be_whole_is_finished_before_ctrl_c_counts():
    from geoml.files import unhurried

    done = []
    with pytest.raises(KeyboardInterrupt), unhurried():
        signal.raise_signal(signal.SIGINT)
        done.append("whole")
    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_a_destructor_is_not_lost():
    """What is raised there goes nowhere, so it is raised again a moment later."""
    code = (
        "import signal, time, geoml.cli.app as app\n"
        "class Deaf:\n"
        "    def __del__(self): signal.raise_signal(signal.SIGINT)\n"
        "def execute():\n"
        "    one = Deaf(); del one\n"
        "    time.sleep(20)\n"
        "    print('went on')\n"
        "app.execute = execute\n"
        "from geoml.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=15)
    assert (done.returncode, done.stderr.strip(), done.stdout) == (130, SAID, "")
