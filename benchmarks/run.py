"""Run every measurement, write ``benchmarks/results.json`` and ``benchmarks/RESULTS.md``.

``python -m benchmarks.run [NAME ...]`` runs some of them and keeps the results of the others;
``python -m benchmarks.run page`` measures nothing and writes the page again.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.targets import rows
from geoml.errors import GeomlError
from geoml.files import read_json, write_json

FOLDER = Path(__file__).parent
NAMES = ("distance", "flow", "features", "predict", "tiles", "features_api", "segmentation")
_UNITS = {"s": "s", "ms": "ms", "gb": "GB", "mb": "MB", "m": "m"}


def main(names: tuple[str, ...] = NAMES) -> int:
    """Measure, write after each part, print the tables; 1 where a part could not be measured."""
    began, failed = time.monotonic(), []
    results = _before() | {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    for name in names:
        print(f"[{time.monotonic() - began:4.0f} s] {name} ...", flush=True)
        started = time.monotonic()
        try:
            results[name] = import_module(f"benchmarks.{name}").main()
        except (SystemExit, GeomlError, OSError, subprocess.SubprocessError) as error:
            failed.append(name)
            results[name] = {"not_measured": str(error)[:300]}
        results[name]["this_took_s"] = round(time.monotonic() - started)
        write_json(FOLDER / "results.json", results)
        page()
    print((FOLDER / "RESULTS.md").read_text(encoding="utf-8"))
    print(f"wrote results.json and RESULTS.md in {time.monotonic() - began:.0f} s")
    for name in failed:
        print(f"{name}: {results[name]['not_measured']}", file=sys.stderr)
    return 1 if failed else 0


def page() -> None:
    """Write ``RESULTS.md`` from ``results.json``."""
    text = table(read_json(FOLDER / "results.json"))
    (FOLDER / "RESULTS.md").write_text(text, encoding="utf-8")


def _before() -> dict[str, Any]:
    there = FOLDER / "results.json"
    return dict(read_json(there)) if there.exists() else {}


def table(results: dict[str, Any]) -> str:
    """All results as Markdown."""
    head = f"Measured {results['date']} on {results['machine']}, Python {results['python']}."
    lines = ["# Measurements", "", f"Written by `make bench`. {head}", ""]
    lines += ["| what was asked for | bound | measured | met |", "|---|---:|---:|---|"]
    lines += [f"| {' | '.join(one)} |" for one in rows(results)]
    for name in NAMES:
        module = import_module(f"benchmarks.{name}")
        lines += ["", f"## {(module.__doc__ or name).splitlines()[0]}", ""]
        lines += _section(results.get(name, {}))
    return "\n".join(lines) + "\n"


def _section(document: dict[str, Any]) -> list[str]:
    """Single values as a table of two columns, groups of values as one row each."""
    single = {k: v for k, v in document.items() if not isinstance(v, dict)}
    lines = ["| what | value |", "|---|---:|"]
    lines += [f"| {_words(key)} | {_told(value)} |" for key, value in single.items()]
    for name, group in document.items():
        if isinstance(group, dict) and group:
            lines += ["", *_group(name, group)]
    return lines


def _group(name: str, group: dict[str, Any]) -> list[str]:
    """A table of several values a row; one row where the group has single values."""
    several = all(isinstance(values, dict) for values in group.values())
    rows = group if several else {"": group}
    columns = list(dict.fromkeys(column for values in rows.values() for column in values))
    lines = [f"| {name} | {' | '.join(map(_words, columns))} |", "|---|" + "---:|" * len(columns)]
    for row, values in rows.items():
        told = (_told(values[one]) if one in values else "" for one in columns)
        lines.append(f"| {row} | {' | '.join(told)} |")
    return lines


def _words(key: str) -> str:
    """``page_ms`` is a page (ms), ``tiles_per_s`` are tiles per s."""
    stem, _, end = key.rpartition("_")
    if end in _UNITS and not stem.endswith("per") and stem:
        return f"{stem.replace('_', ' ')} ({_UNITS[end]})"
    return key.replace("_", " ")


def _told(value: Any) -> str:
    if isinstance(value, list):
        return " x ".join(_told(one) for one in value)
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    if sys.argv[1:] == ["page"]:
        raise SystemExit(page())
    unknown = set(sys.argv[1:]) - set(NAMES)
    if unknown:
        raise SystemExit(f"not measured here: {', '.join(unknown)}; known: {', '.join(NAMES)}")
    raise SystemExit(main(tuple(sys.argv[1:]) or NAMES))
