"""Formulas become MathML while the site is built: browsers draw it, no script is needed."""

from __future__ import annotations

import re
from html import unescape

from latex2mathml.converter import convert

_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\[(\[](?P<tex>.*?)\\[)\]]</(?P=tag)>', re.DOTALL
)


def as_mathml(html: str) -> str:
    """``html`` with what Arithmatex marked as a formula drawn as MathML.

    A display formula can be scrolled sideways where the screen is narrower than it.
    """

    def drawn(match: re.Match[str]) -> str:
        display = "block" if match["tag"] == "div" else "inline"
        math = convert(unescape(match["tex"]).strip(), display=display)
        return f'<div class="formula" tabindex="0">{math}</div>' if display == "block" else math

    return _FORMULA.sub(drawn, html)
