"""The child process that opens foreign files: one JSON request in, JSON lines out.

Run as ``python -m geoml.areas.ingest.child`` by ``process.run`` only.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

from geoml.errors import GeomlError, UnreadableFile

_WATCH_S = 0.1


def main() -> int:
    """Answer the request on stdin; 0 also when the answer is an error of the data."""
    request = json.loads(sys.stdin.readline())
    limits = request.pop("limits")
    _limit(**limits)
    answers = _own_stdout()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threading.Thread(target=_watch, args=(limits["memory"], answers), daemon=True).start()
    try:
        _tell(answers, {"result": _work(request, answers)})
    except GeomlError as error:
        _tell(answers, {"error": error.as_dict()})
    except MemoryError:
        _tell(answers, {"error": _out_of_memory()})
    return 0


def _work(request: dict[str, Any], answers: IO[str]) -> dict[str, Any]:
    # Imported under the limits, and after stdout is out of GDAL's reach.
    from geoml.raster.settings import lock

    lock()
    if request["task"] == "picture":
        from geoml.areas.ingest.pictures import stage_picture

        return stage_picture(Path(request["path"]), request["options"])
    from geoml.areas.ingest.work import boundary, ingest_all

    if request["task"] == "boundary":
        return boundary(request["path"], request["layer"])
    return ingest_all(request, lambda told, share: _tell(answers, {"progress": [told, share]}))


def _limit(memory: int, cpu_s: int) -> None:
    """Let the system enforce the limits; macOS accepts RLIMIT_AS and ignores it: see ``_watch``."""
    try:
        import resource
    except ImportError:  # no limits on this system but the parent's clock
        return
    wanted = {"RLIMIT_AS": memory, "RLIMIT_CPU": cpu_s, "RLIMIT_CORE": 0}
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        _, hard = resource.getrlimit(kind)
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(kind, (least, hard))
        except (ValueError, OSError):  # macOS refuses RLIMIT_AS below what is mapped already
            continue


def _watch(memory: int, answers: IO[str]) -> None:
    """End the process, with an answer, when it has come to use more than ``memory`` bytes.

    This is what bounds memory where the system does not (macOS). It looks at the peak of the
    resident memory every tenth of a second, so what is taken in less time is seen afterwards.
    """
    try:
        import resource
    except ImportError:
        return
    unit = 1 if sys.platform == "darwin" else 1024
    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit <= memory:
        time.sleep(_WATCH_S)
    _tell(answers, {"error": _out_of_memory()})
    os._exit(0)


def _own_stdout() -> IO[str]:
    """The real stdout, for answers; whatever a library prints goes to stderr from now on."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w", encoding="utf-8")


def _end_with_parent() -> None:
    """End at once when the parent is gone: its end of the pipe closes."""
    sys.stdin.read()
    os._exit(3)


def _tell(answers: IO[str], message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _out_of_memory() -> dict[str, str]:
    # Written out: the class that has these words in geoml.raster would import GDAL here.
    return UnreadableFile(
        "reading it takes more memory than is allowed",
        expected="a file whose blocks or rows fit into memory",
        next_step="cut it to the area first, or export it again with tiles of 512 x 512",
    ).as_dict()


if __name__ == "__main__":
    # Not sys.exit: a thread still waits on stdin, and its buffer lock would abort the shutdown.
    status = main()
    sys.stderr.flush()
    os._exit(status)
