"""Imports and calls what it is told to, one by one; run as a script by ``children.py``.

Nothing is caught: a task that raises, exits or crashes ends this process, and the parent starts
another for the tasks that are left.
"""

import importlib
import json
import os
import sys


def main() -> None:
    """Read ``{"path": [...], "tasks": [...]}`` from stdin, write one line of JSON per task."""
    request = json.loads(sys.stdin.readline())
    sys.path[:] = request["path"]
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # what a package prints when it is imported is no answer
        for task in request["tasks"]:
            answers.write(json.dumps(_answer(task)) + "\n")
            answers.flush()
    os._exit(0)  # no time for what packages do at the end


def _answer(task: str) -> dict[str, object]:
    name, _, function = task.partition(":")
    module = importlib.import_module(name)
    value = getattr(module, function)() if function else None
    return {"file": getattr(module, "__file__", None) or "", "value": value}


if __name__ == "__main__":
    main()
