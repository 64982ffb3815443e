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
NAMES = ("distance", "features", "predict", "tiles", "features_api")


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
    lines = ["# Measurements", "", f"Written by `make bench`. {head}"]
    for name in NAMES:
        module = import_module(f"benchmarks.{name}")
        lines += ["", f"## {(module.__doc__ or name).splitlines()[0]}", ""]
        lines += _section(results[name])
    return "\n".join(lines) + "\n"


def _section(document: dict[str, Any]) -> list[str]:
    """Single values as a table of two columns, groups of values as one row each."""
    single = {k: v for k, v in document.items() if not isinstance(v, dict)}
    lines = ["| what | value |", "|---|---:|"]
    lines += [f"| {_words(key)} | {_told(value)} |" for key, value in single.items()]
    for name, group in document.items():
        if isinstance(group, dict):
            columns = list(next(iter(group.values())))
            head = " | ".join(_words(column) for column in columns)
            lines += ["", f"| {name} | {head} |", "|---|" + "---:|" * len(columns)]
            lines += [
                f"| {row} | {' | '.join(_told(values[column]) for column in columns)} |"
                for row, values in group.items()
            ]
    return lines


def _words(key: str) -> str:
    units = {"s": "s", "ms": "ms", "gb": "GB", "m": "m"}
    stem, _, end = key.rpartition("_")
    return f"{stem.replace('_', ' ')} ({units[end]})" if end in units else key.replace("_", " ")


def _told(value: Any) -> str:
    if isinstance(value, list):
        return " x ".join(_told(one) for one in value)
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()
