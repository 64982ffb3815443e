"""A notebook as a page: its prose and its code. The pictures are made when it is run."""

from __future__ import annotations

import json
from pathlib import Path

_NOTE = (
    "!!! note\n    This is the notebook `notebooks/{name}` as text. "
    "`make notebooks` runs it, pictures included; it needs no network.\n"
)


def page(path: Path) -> str:
    """Markdown of a notebook, with a note after its first cell."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    parts = [_cell(one["cell_type"], "".join(one["source"])) for one in cells]
    return "\n\n".join([parts[0], _NOTE.format(name=path.name), *parts[1:]]) + "\n"


def _cell(kind: str, source: str) -> str:
    return f"```python\n{source}\n```" if kind == "code" else source
