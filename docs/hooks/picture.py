"""An SVG drawing of ours goes into the page itself, where it follows light and dark."""

from __future__ import annotations

import re
from pathlib import Path

_IMAGE = re.compile(r'<img alt="(?P<alt>[^"]*)" src="(?:\.\./)*(?P<path>assets/[\w-]+\.svg)" ?/?>')


def inlined(html: str, docs: Path) -> str:
    """``html`` with every image of ``docs/assets/*.svg`` replaced by the drawing."""

    def drawing(match: re.Match[str]) -> str:
        svg = (docs / match["path"]).read_text(encoding="utf-8")
        return f'<span class="drawing" tabindex="0">{svg}</span>'

    return _IMAGE.sub(drawing, html)
