"""How the command speaks: results on stdout, talk and progress on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeAlias

import typer

AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="JSON on stdout (the default when it is not a terminal).")
]
Progress: TypeAlias = Callable[[str, float], None]
"""``progress(label, share)``: what is being done, and how much of it is done, 0..1."""

_SLOW_S = 2.0


def say(text: str) -> None:
    """Talk to the person at the terminal."""
    typer.echo(text, err=True)


def emit(document: Mapping[str, Any] | Sequence[Any], as_json: bool, told: str = "") -> None:
    """Print the result: JSON for programs, ``told`` for people at a terminal."""
    if as_json or not sys.stdout.isatty() or not told:
        typer.echo(json.dumps(document, indent=1, ensure_ascii=False, default=str))
    else:
        typer.echo(told)


def table(rows: Sequence[Sequence[object]], head: Sequence[str]) -> str:
    """Plain aligned columns."""
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """A bar on stderr that appears when the work lasts more than two seconds.

    Without a terminal a line is written every ten seconds instead.
    """
    started = time.monotonic()
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=1.0, visible=False)

            def show(label: str, share: float) -> None:
                visible = time.monotonic() - started > _SLOW_S
                bar.update(task, description=label, completed=share, visible=visible)

            yield show
        return
    last = started

    def line(label: str, share: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > 10.0:
            last = now
            say(f"{title}: {label} {share:.0%}")

    yield line
