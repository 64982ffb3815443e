"""The picture of a legend: what WMTS clients and documents show beside a map."""

from __future__ import annotations

import io
from functools import lru_cache
from importlib.resources import files

from geoml.api.ogc.styles import Look
from geoml.errors import MissingExtra
from geoml.types import Language, Text

MEDIA_TYPE = "image/png"
_MARGIN, _SWATCH, _LINE, _GAP = 8, 18, 24, 8
_TITLE, _TEXT = 14, 13
_INK, _PAPER, _EDGE = (26, 26, 26), (255, 255, 255), (120, 120, 120)
_UNKNOWN = Text(fr="Sans couleur : inconnu", en="No colour: unknown")


@lru_cache(maxsize=64)
def picture(look: Look, language: Language) -> bytes:
    """A PNG of the title, a swatch and the words of each class, and what no colour means."""
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ModuleNotFoundError as error:
        raise MissingExtra.of("serve", "Pillow") from error
    title, words = look.told(language), [one.label.in_(language) for one in look.classes]
    rows = [*words, _UNKNOWN.in_(language)]
    font = files("geoml.api.ogc").joinpath("legend.ttf").read_bytes()
    large, small = (ImageFont.truetype(io.BytesIO(font), size) for size in (_TITLE, _TEXT))
    beside = _MARGIN + _SWATCH + _GAP
    widest = max(large.getlength(title) - beside + _MARGIN, *(small.getlength(one) for one in rows))
    size = (int(beside + widest + _MARGIN), _MARGIN + _LINE * (1 + len(rows)) + _MARGIN)
    image = Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(image, "RGBA")
    pen.text((_MARGIN, _MARGIN + _LINE // 2), title, _INK, large, anchor="lm")
    for number, row in enumerate(rows, 1):
        top = _MARGIN + _LINE * number
        box = (_MARGIN, top + 3, _MARGIN + _SWATCH, top + 3 + _SWATCH)
        if number <= len(words):
            one = look.classes[number - 1]
            pen.rectangle(box, (*one.rgb, one.opacity), _EDGE)
        pen.text((beside, top + _LINE // 2), row, _INK, small, anchor="lm")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
