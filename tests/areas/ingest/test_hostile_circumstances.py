"""Files that are no files, that move while they are read, and readers that do not survive them."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from geoml.areas.ingest import ingest, process
from geoml.areas.ingest.process import Limits
from geoml.areas.ingest.still import still
from geoml.errors import EmptySource, NoSpace, UnreadableFile


@pytest.fixture
def earlier(home, town, raster):
    """An earlier source ``dem``, and a function that asserts that it is untouched and alone."""
    ingest(home, "town", [f"dem={raster(np.full((80, 80), 7, np.float32), 'earlier.tif')}"])
    folder = home.sources("town")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}

    def untouched():
        assert {p.name: p.read_bytes() for p in folder.iterdir()} == before

    return untouched


@pytest.fixture
def noise(town, raster):
    """A million cells of noise over the town, 5 MB."""
    values = np.random.default_rng(5).random((1100, 1100)).astype(np.float32)
    return raster(values, "noise.tif", pixel=2.0)


def refused(home, path, **options):
    with pytest.raises(UnreadableFile) as caught:
        ingest(home, "town", [f"dem={path}"], **options)
    assert all(caught.value.as_dict().values()), caught.value.as_dict()
    return caught.value


# --- no files ------------------------------------------------------------------------------------


def a_pipe(folder):
    os.mkfifo(folder / "pipe.tif")
    return folder / "pipe.tif"


def a_loop(folder):
    (folder / "loop.tif").symlink_to(folder / "pool.tif")
    (folder / "pool.tif").symlink_to(folder / "loop.tif")
    return folder / "loop.tif"


def a_folder(folder):
    (folder / "folder.tif").mkdir()
    return folder / "folder.tif"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (a_pipe, "a pipe"),
        (lambda _: "/dev/zero", "device"),
        (a_folder, "a folder"),
        (a_loop, ""),
        (lambda folder: folder / "none.tif", ""),
        (lambda folder: folder / ("a" * 300 + ".tif"), ""),
    ],
    ids=["pipe", "device", "folder", "loop of links", "nothing", "a name too long"],
)
def test_what_is_no_file_is_not_waited_for(home, town, tmp_path, earlier, make, says):
    path = make(tmp_path)
    with pytest.raises(UnreadableFile) as caught:
        ingest(home, "town", [f"dem={path}"], limits=Limits(wall_s=60))
    assert says in caught.value.got
    assert caught.value.next_step
    earlier()


def test_a_file_that_may_not_be_read_says_so(tmp_path, raster):
    """Root may read everything, so the check runs as somebody else."""
    path = raster(np.ones((9, 9), np.float32))
    path.chmod(0)
    code = (
        "import sys; from pathlib import Path; from geoml.raster.formats import check_format\n"
        "from geoml.errors import UnreadableFile\n"
        "import os; os.geteuid() == 0 and os.setuid(65534)\n"
        "try: check_format(Path(sys.argv[1]), ('GTiff',))\n"
        "except UnreadableFile as error: print(error.got)"
    )
    for parent in path.parents:
        if parent.stat().st_uid == os.getuid() and parent != parent.parent:
            parent.chmod(parent.stat().st_mode | 0o055)
        if parent.name.startswith("pytest-of"):
            break
    told = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert told.stdout.strip() == "no access: Permission denied", told.stderr


# --- files that move -----------------------------------------------------------------------------


def grow(path):
    with path.open("ab") as stream:
        stream.write(bytes(1000))


def overwrite(path):
    with path.open("r+b") as stream:
        stream.seek(path.stat().st_size // 2)
        stream.write(bytes(1000))


def replace(path):
    other = path.with_name("other.tif")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (grow, "at the end"),
        (overwrite, "same size"),
        (replace, "same size"),
        (lambda path: path.unlink(), "it was removed"),
        (lambda path: os.truncate(path, 100), "100 at the end"),
    ],
    ids=["grown", "overwritten", "replaced", "removed", "truncated"],
)
def test_a_file_that_changes_while_it_is_read_is_no_source(
    home, town, noise, earlier, monkeypatch, change, says
):
    """The change comes when the reader says that it has begun with the key."""
    real = process._lines

    def lines(*args):
        for line in real(*args):
            if '["dem"' in line:
                change(noise)
            yield line

    monkeypatch.setattr(process, "_lines", lines)
    error = refused(home, noise)
    assert "changed while it was read" in error.what
    assert says in error.got
    earlier()


def test_a_change_explains_the_error_that_it_caused(tmp_path):
    path = tmp_path / "a.tif"
    path.write_bytes(bytes(10))
    with pytest.raises(UnreadableFile, match="10 bytes at first, 4 at") as caught, still([path]):
        path.write_bytes(bytes(4))
        raise EmptySource("nothing in it")
    assert isinstance(caught.value.__cause__, EmptySource)


def test_the_tables_of_a_shapefile_must_stand_still_too(tmp_path):
    path = tmp_path / "a.shp"
    for suffix in (".shp", ".shx", ".dbf"):
        path.with_suffix(suffix).write_bytes(b"x")
    with pytest.raises(UnreadableFile, match=r"a\.dbf"), still([path]):
        path.with_suffix(".dbf").unlink()


# --- readers that do not survive -----------------------------------------------------------------


@pytest.fixture
def when_it_reads(monkeypatch):
    """Send a signal to the reader when it says that it has begun to read."""
    real = process._lines

    def send(number):
        def lines(child, *args):
            for line in real(child, *args):
                if '["dem"' in line:
                    child.send_signal(number)
                yield line

        monkeypatch.setattr(process, "_lines", lines)

    return send


@pytest.mark.parametrize(
    ("number", "says"),
    [(signal.SIGSEGV, "SIGSEGV"), (signal.SIGKILL, "memory"), (signal.SIGBUS, "SIGBUS")],
    ids=["crash", "kill", "bus error"],
)
def test_a_reader_that_crashes_takes_nothing_with_it(
    home, town, noise, earlier, when_it_reads, number, says
):
    """The signal is what a crash in a library, or a system without memory, sends."""
    when_it_reads(number)
    error = refused(home, noise)
    assert says in error.got
    assert "while at dem" in error.got
    assert "noise.tif" in error.where
    earlier()


@pytest.mark.slow
def test_a_reader_that_hangs_is_ended_in_time(home, town, noise, earlier, when_it_reads):
    when_it_reads(signal.SIGSTOP)
    before = time.monotonic()
    assert "more than 10 s" in refused(home, noise, limits=Limits(wall_s=10.0)).got
    assert time.monotonic() - before < 20
    earlier()


@pytest.mark.slow
def test_a_reader_that_burns_time_is_ended(home, town, raster, earlier):
    values = np.random.default_rng(5).random((2200, 2200)).astype(np.float32)
    path = raster(values, "noise.tif", pixel=1.0)
    assert "1 s of CPU" in refused(home, path, limits=Limits(cpu_s=1)).got
    earlier()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not enforce RLIMIT_AS")
@pytest.mark.parametrize("mebibytes", [600, 800])
def test_a_tile_larger_than_the_memory_says_so(home, town, bench, earlier, mebibytes):
    """460 MB in one tile are accepted by the header, and too much for these readers."""
    path = bench.bomb(11_008, "deflate")
    error = refused_for_memory(home, path, mebibytes)
    assert "more memory than is allowed" in error.what
    assert "bomb.tif" in error.where
    earlier()


def refused_for_memory(home, path, mebibytes):
    with pytest.raises(UnreadableFile) as caught:
        ingest(home, "town", [f"dem={path}"], limits=Limits(memory=mebibytes << 20))
    return caught.value


WATCH = """
import sys, threading; from geoml.areas.ingest import child
answers = child._own_stdout()
threading.Thread(target=child._watch, args=(300 << 20, answers), daemon=True).start()
blocks = []
for _ in range(100):
    blocks.append(bytearray(10 << 20)); threading.Event().wait(0.02)
"""


def test_a_reader_that_eats_memory_ends_itself_where_the_system_lets_it():
    """As on macOS, where no limit of the system holds: here none is set."""
    done = subprocess.run([sys.executable, "-c", WATCH], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "more memory than is allowed" in done.stdout


# --- full disks ----------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """``small_disk(mebibytes)``: a folder on a disk of its own, of that size."""
    mounted = []

    def mount(size):
        folder = tmp_path / f"disk-{size}"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(folder)]
        if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(command).returncode:
            pytest.skip("a small disk can be mounted by root on Linux only")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, leave):
    """Fill a disk but for ``leave`` bytes."""
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    (folder / "filler").write_bytes(bytes(max(0, free - leave)))


@pytest.mark.slow
@pytest.mark.parametrize("free_kib", [0, 8, 300, 3_000, 6_000])
def test_a_full_disk_leaves_the_earlier_source(small_disk, town, raster, noise, free_kib, tmp_path):
    """At every stage: the folder, the plain file, the finished file; 10 MiB are enough."""
    from geoml.areas import area as areas
    from geoml.paths import Home

    home = Home(small_disk(32) / "home")
    areas.create(home, "town", "Town", bbox=(2.30, 48.80, 2.33, 48.82))
    ingest(home, "town", [f"dem={raster(np.full((80, 80), 7, np.float32), 'earlier.tif')}"])
    folder = home.sources("town")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    fill(home.root.parent, free_kib << 10)
    with pytest.raises(NoSpace) as caught:
        ingest(home, "town", [f"dem={noise}"])
    assert all(caught.value.as_dict().values())
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    (home.root.parent / "filler").unlink()
    ingest(home, "town", [f"dem={noise}"])  # the way out that the error names


@pytest.mark.parametrize("size", [1, 100_000, 1_000_000, 4_300_000])
def test_a_limit_on_the_size_of_files_reads_as_no_room(tmp_path, size):
    """Runs everywhere: what a quota does, in a process of its own."""
    code = (
        "import resource, sys; import numpy as np; from pathlib import Path\n"
        "from geoml.errors import NoSpace; from geoml.raster.cog import write\n"
        "from geoml.raster.grid import Grid\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, hard))\n"
        "values = np.random.default_rng(0).random((1024, 1024)).astype('f4')\n"
        "try: write(Path(sys.argv[1]), values, Grid('EPSG:2154', 0, 6e6, 30, 30, 1024, 1024))\n"
        "except NoSpace as error: print('told', all(error.as_dict().values()))"
    )
    path = tmp_path / "a.tif"
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert done.stdout.strip() == "told True", done.stderr
    assert list(tmp_path.iterdir()) == []
