"""Run every measurement, write ``benchmarks/results.json`` and ``benchmarks/RESULTS.md``."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from geoml.files import write_json

FOLDER = Path(__file__).parent
NAMES = ("distance", "features", "predict")


def main() -> None:
    results: dict[str, Any] = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    for name in NAMES:
        print(f"{name} ...", flush=True)
        results[name] = import_module(f"benchmarks.{name}").main()
    write_json(FOLDER / "results.json", results)
    text = _table(results)
    (FOLDER / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)
    print(f"wrote {FOLDER / 'results.json'} and {FOLDER / 'RESULTS.md'}")


def _table(results: dict[str, Any]) -> str:
    head = f"Measured {results['date']} on {results['machine']}, Python {results['python']}."
    lines = ["# Measurements", "", "Written by `make bench`. " + head, ""]
    lines += ["| what | value |", "|---|---|"]
    for name in NAMES:
        lines += [f"| {name}: {key} | {value} |" for key, value in _flat(results[name])]
    return "\n".join(lines) + "\n"


def _flat(document: Any, prefix: str = "") -> list[tuple[str, Any]]:
    if isinstance(document, dict):
        return [row for k, v in document.items() for row in _flat(v, f"{prefix}{k} ")]
    if isinstance(document, list):
        return [row for i, v in enumerate(document) for row in _flat(v, f"{prefix}{i} ")]
    return [(prefix.strip(), document)]


if __name__ == "__main__":
    main()
