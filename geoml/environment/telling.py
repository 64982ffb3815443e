"""The survey for a person: a table, and what to do. Needs nothing but Python."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from geoml.environment.children import Progress
from geoml.environment.finding import Finding, next_steps

_HEADS = {
    "package": ("package", "version", "bounds", "asked for by"),
    "gdal": ("GDAL", "", "", ""),
    "proj": ("PROJ", "", "", ""),
    "machine": ("machine", "", "at least", ""),
    "tool": ("tool", "", "at least", "asked for by"),
}
_WIDEST = 72
_SLOW_S = 2.0


def told(findings: Sequence[Finding]) -> str:
    """The findings as a table, topic by topic, and the next steps below it."""
    parts = []
    for topic, head in _HEADS.items():
        rows = [_row(one) for one in findings if one.topic == topic]
        if rows:
            parts.append(_table([("", *head), *rows]))
    failed = sum(one.failed for one in findings)
    steps = "".join(f"\n  {step}" for step in next_steps(findings))
    parts.append(f"{failed} to mend:{steps}" if failed else "all that is asked for is here")
    return "\n\n".join(parts)


def _row(one: Finding) -> tuple[str, ...]:
    state = one.state.upper() if one.failed else one.state
    extras = ", ".join(extra or "geoml" for extra in one.needed_by)
    return (
        state,
        one.name,
        one.got,
        one.expected if one.topic not in ("gdal", "proj") else "",
        extras,
    )


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    columns = list(zip(*rows, strict=True))
    widths = [min(_WIDEST, max(map(len, column))) for column in columns]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


@contextmanager
def waiting() -> Iterator[Progress]:
    """A line on a terminal's stderr when the survey lasts more than two seconds."""
    started = time.monotonic()
    shown = False

    def show(label: str, share: float) -> None:
        nonlocal shown
        if sys.stderr.isatty() and time.monotonic() - started > _SLOW_S:
            shown = True
            sys.stderr.write(f"\r\x1b[K{share:4.0%}  {label.partition(':')[0]}")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if shown:
            sys.stderr.write("\r\x1b[K")
