"""The reference of the ``geoml`` command, from the command itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

_HEAD = """# The command

Made from the command itself (`geoml --help` says the same). Results go to stdout as JSON when it is
not a terminal or with `--json`; talk and progress go to stderr.

| exit code | meaning |
|---:|---|
| 0 | done |
{codes}
"""


def page() -> str:
    """Every verb with its usage, arguments and options, in Markdown."""
    from geoml.cli.app import app

    root = typer.main.get_command(app)
    return _HEAD.format(codes=_codes()) + "".join(_verbs(root, "geoml"))


def _codes() -> str:
    from geoml.cli.app import EXIT

    meant: dict[int, list[str]] = {}
    for error, code in EXIT.items():
        meant.setdefault(code, []).append(f"`{error.__name__}`")
    rows = {code: ", ".join(names) for code, names in meant.items()}
    rows |= {1: "a bug: please report it", 130: "stopped with Ctrl-C"}
    return "\n".join(f"| {code} | {rows[code]} |" for code in sorted(rows))


def _verbs(group: Any, name: str) -> Iterator[str]:  # noqa: ANN401 - typer's vendored click
    for verb, child in sorted(group.commands.items()):
        full = f"{name} {verb}"
        if hasattr(child, "commands"):
            yield from _verbs(child, full)
        else:
            yield _section(child, full)


def _section(verb: Any, name: str) -> str:  # noqa: ANN401
    context = typer.Context(verb, info_name=name)
    usage = verb.get_usage(context).removeprefix("Usage: ")
    records = [
        (one.param_type_name, *one.get_help_record(context)) for one in verb.get_params(context)
    ]
    rows = [f"| `{_cell(spelt)}` | {_cell(told)} |" for _, spelt, told in records]
    table = "\n".join(["| argument or option | what it is |", "|---|---|", *rows])
    return f"\n## {name}\n\n{verb.help}\n\n```\n{usage}\n```\n\n{table}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("[default: ", "[").strip()
