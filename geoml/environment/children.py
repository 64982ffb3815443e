"""Trying things in child processes, so that what is broken breaks only its child."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

Progress: TypeAlias = Callable[[str, float], None]

_CHILD = Path(__file__).with_name("child.py")
_PATIENCE_S = 120.0
_QUIET = {
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "ORT_DISABLE_TELEMETRY": "1",
    "GIT_PYTHON_REFRESH": "quiet",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a task: the file of its module and its value, or why it broke."""

    file: str = ""
    value: Any = None
    broken: str = ""


def attempt(
    groups: Sequence[Sequence[str]], progress: Progress = lambda *_: None
) -> Mapping[str, Answer]:
    """Import each ``module`` and call each ``module:function``; values must be ready for JSON.

    The tasks of a group share a process, groups run at the same time, and every task has an
    answer: one that raises, exits, crashes or takes two minutes is ``broken`` with the reason.
    """
    found: dict[str, Answer] = {}
    total = max(1, sum(map(len, groups)))

    def through(group: Sequence[str]) -> None:
        left = list(group)
        while left:
            done = _run(left)
            found.update(zip(left, done, strict=False))
            progress(left[len(done) - 1], len(found) / total)
            left = left[len(done) :]

    with ThreadPoolExecutor(max_workers=max(1, len(groups))) as pool:
        for future in [pool.submit(through, group) for group in groups if group]:
            future.result()
    return found


def _run(tasks: Sequence[str]) -> list[Answer]:
    """The answers of one child, in order; the last one is broken when it did not reach the end."""
    request = json.dumps({"path": sys.path, "tasks": tasks}) + "\n"
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=complaints,
            env={**os.environ, **_QUIET, "PYTHONWARNINGS": "ignore"},
        )
        try:
            child.communicate(request.encode(), timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            why = f"no answer within {_PATIENCE_S:g} s"
        else:
            why = _reason(child.returncode, _text(complaints))
        finally:
            child.kill()
            child.wait()
        lines = _text(said).splitlines()
    answers = [Answer(**json.loads(line)) for line in lines]
    return answers if len(answers) == len(tasks) else [*answers, Answer(broken=why)]


def _text(file: Any) -> str:  # noqa: ANN401
    file.seek(0)
    return str(file.read().decode(errors="replace"))


def _reason(status: int, complaints: str) -> str:
    if status < 0:
        return f"it crashed ({signal.Signals(-status).name})"
    lines = [line.strip() for line in complaints.splitlines() if line.strip()]
    # A traceback's last line that is not indented names the error; what follows are its details.
    named = [line for line in complaints.splitlines() if line[:1].strip() and ": " in line]
    return (named or lines or [f"it ended with status {status}"])[-1][:200]
