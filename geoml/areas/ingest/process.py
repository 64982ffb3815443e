"""The parent's side of ingestion: a child process opens foreign files, under limits.

A file that crashes, fills the memory or never ends takes the child with it and nothing else.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

import geoml
from geoml.errors import UnreadableFile, from_dict
from geoml.raster import settings
from geoml.vector.formats import SKIPPED

Progress: TypeAlias = Callable[[str, float], None]

_KEPT = (
    *("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
    *("CONDA_PREFIX", "GDAL_DATA", "PROJ_DATA", "PROJ_LIB"),
)
_SET = {
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "PYTHONPATH": str(Path(geoml.__file__).parent.parent),
    **settings.environment(),
    "OGR_SKIP": ",".join(SKIPPED),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",  # each thread of BLAS would take address space
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",  # for both GDALs: a file leads to no address
}


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that the child may take: bytes of memory, CPU seconds, wall seconds.

    Linux refuses address space beyond ``memory``. macOS does not enforce that limit; there the
    child looks at its own resident memory ten times a second and ends itself.
    """

    memory: int = 8 << 30
    cpu_s: int = 3_600
    wall_s: float = 7_200.0


DEFAULT = Limits()


def run(
    task: Mapping[str, Any],
    *,
    names: str,
    limits: Limits = DEFAULT,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run a task in a child process and return its result; ``names`` are the files, for errors.

    Raises the GeomlError that the child raised; UnreadableFile when the child was killed or
    took too long; RuntimeError when the child has a bug. On any exception here, Ctrl-C included,
    the child is killed first.
    """
    request = {**task, "limits": {"memory": limits.memory, "cpu_s": limits.cpu_s}}
    with tempfile.TemporaryFile() as complaints, _child(complaints) as child:
        _send(child, request)
        started = time.monotonic()
        last = ""
        for line in _lines(child, started + limits.wall_s, names, limits):
            message = json.loads(line)
            if "error" in message:
                raise from_dict({**message["error"], "where": message["error"]["where"] or names})
            if "result" in message:
                result: dict[str, Any] = message["result"]
                return result
            last = message["progress"][0]
            if progress is not None:
                progress(*message["progress"])
        raise _ended(child.wait(), complaints, names, last, limits)


def run_boundary(path: Path, layer: str | None = None, *, limits: Limits = DEFAULT) -> bytes:
    """WKB of the union of the polygons of a file, or of one layer, in longitude and latitude."""
    task = {"task": "boundary", "path": str(path.expanduser().absolute()), "layer": layer}
    return bytes.fromhex(run(task, names=str(path), limits=limits)["wkb"])


@contextmanager
def _child(complaints: IO[bytes]) -> Iterator[subprocess.Popen[str]]:
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "geoml.areas.ingest.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        text=True,
        encoding="utf-8",
        env={**environment, **_SET},
        start_new_session=True,  # Ctrl-C reaches the parent, which then ends the child
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                # Flushing what a dead child never read fails; it is of no use any more.
                _close(stream)


def _close(stream: IO[str]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        return


def _send(child: subprocess.Popen[str], request: Mapping[str, Any]) -> None:
    if child.stdin is None:
        raise RuntimeError("the child has no stdin")
    try:
        child.stdin.write(json.dumps(request) + "\n")
        child.stdin.flush()  # stays open: the child ends itself when the parent is gone
    except BrokenPipeError:
        return  # it died at once; reading its output tells how


def _lines(
    child: subprocess.Popen[str], deadline: float, names: str, limits: Limits
) -> Iterator[str]:
    lines: queue.Queue[str | None] = queue.Queue()
    stream = child.stdout
    if stream is None:
        raise RuntimeError("the child has no stdout")

    def pump() -> None:
        for line in stream:
            if line.endswith("\n"):  # else it died while it wrote the line
                lines.put(line)
        lines.put(None)

    reader = threading.Thread(target=pump, daemon=True)
    reader.start()
    try:
        while True:
            try:
                line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise _killed(names, f"it took more than {limits.wall_s:g} s") from None
            if line is None:
                try:
                    child.wait(
                        timeout=30
                    )  # it closed its output, so it is ending: how is told later
                except subprocess.TimeoutExpired:
                    raise _killed(names, "it stopped answering") from None
                return
            yield line
    finally:
        child.kill()
        reader.join()


def _ended(
    status: int, complaints: IO[bytes], names: str, last: str, limits: Limits
) -> UnreadableFile | RuntimeError:
    """What it means that the child ended without an answer."""
    complaints.seek(0, os.SEEK_END)
    complaints.seek(max(0, complaints.tell() - 4_000))
    told = complaints.read().decode(errors="replace").strip()
    if status >= 0:
        return RuntimeError(f"the reader of {names} failed (status {status}):\n{told}")
    number = -status
    if number == getattr(signal, "SIGXCPU", None):
        return _killed(names, f"it used more than {limits.cpu_s} s of CPU", last)
    if number == signal.SIGKILL:
        return _killed(names, "it was killed, probably for lack of memory", last)
    return _killed(names, f"it crashed ({signal.Signals(number).name})", last)


def _killed(names: str, got: str, last: str = "") -> UnreadableFile:
    return UnreadableFile(
        "the process that read it did not survive",
        where=names,
        expected="a file that can be read within the limits of memory and time",
        got=f"{got}{f', while at {last}' if last else ''}",
        next_step="cut it to the area first, or export it again as GeoTIFF or GeoPackage",
    )
