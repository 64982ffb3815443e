"""The few types that every layer shares: arrays, bilingual text, a value range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]
"""Floating array; unknown is NaN. Rasters are (row, col) with row 0 in the north."""

Mask: TypeAlias = NDArray[np.bool_]
Bytes2D: TypeAlias = NDArray[np.uint8]
Features: TypeAlias = Mapping[str, Array]
"""Feature name -> array; all arrays of one mapping have the same shape."""

Language: TypeAlias = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """A phrase that citizens read, in French and in English."""

    fr: str
    en: str

    def in_(self, language: Language) -> str:
        """The phrase in one language."""
        return self.fr if language == "fr" else self.en

    def within(self) -> Text:
        """The phrase as it stands inside a sentence: its first letter small."""
        return Text(self.fr[:1].lower() + self.fr[1:], self.en[:1].lower() + self.en[1:])

    def as_dict(self) -> dict[str, str]:
        """``{"fr": ..., "en": ...}`` for JSON documents."""
        return {"fr": self.fr, "en": self.en}
