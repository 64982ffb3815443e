"""What the tile lanes serve: layers by id, never by path or address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from geoml.errors import InvalidArgument
from geoml.raster.png import Palette
from geoml.raster.pyramid import Draw
from geoml.types import Text

MediaType: TypeAlias = Literal["image/png", "image/webp"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One map layer and the files that it is served from.

    ``immutable`` when the id names the edition; ``etag`` changes whenever a pixel or a colour may
    have changed (letters, digits, ``-``, ``_``). ``minzoom`` and ``maxzoom`` are the zooms of the
    finished tiles in ``pmtiles``; ``bounds`` are west, south, east, north in degrees.

    A score or flag layer is ``image/png``: it has a ``web_cog``, the ``data`` it was made from
    (float COG), ``palettes`` by name and, when it is not drawn as it is, the ``draw`` that its
    finished tiles were drawn with. Imagery is ``image/webp``: finished tiles and nothing else;
    a part of it may have finer ones, beyond ``maxzoom``. ``legend`` goes into TileJSON as it is.
    """

    id: str
    immutable: bool
    etag: str
    pmtiles: Path
    title: Text
    unit: str
    minzoom: int
    maxzoom: int
    bounds: tuple[float, float, float, float]
    web_cog: Path | None = None
    data: Path | None = None
    palettes: Mapping[str, Palette] = field(default_factory=dict)
    default_style: str = "default"
    draw: Draw | None = None
    media_type: MediaType = "image/png"
    attribution: str = ""
    audience: Literal["public", "staff"] = "public"
    legend: Mapping[str, Any] = field(default_factory=dict)

    def palette(self, style: str | None) -> Palette:
        """The colours of a style, None for the default; raises InvalidArgument."""
        found = self.palettes.get(style or self.default_style)
        if found is None:
            raise InvalidArgument(
                "no such style",
                where=self.id,
                expected=", ".join(sorted(self.palettes)) or "no style: this layer has one look",
                got=str(style)[:40],
                next_step="leave style out",
            )
        return found


class LayerSource(Protocol):
    """Where layers come from: the catalogue, or a few folders in a test."""

    def get(self, layer_id: str) -> Layer:
        """The layer of an id; raises UnknownLayer. Must be quick: it is asked for every tile."""
