"""What an ingestion says about itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MUCH_COARSER = 3.0
"""A raster whose cells are more than this many cells of the grid wide is told to be coarse."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source that was stored: ``coverage_percent`` of the area's grid, and what was done."""

    key: str
    file: str
    quantity: str
    unit: str
    date: str | None
    sensor: str | None
    coverage_percent: float
    native_m: float | None
    stored_m: float | None
    rows: int | None
    masked_percent: float | None
    notes: tuple[str, ...]

    def line(self) -> str:
        """One line for a reader."""
        unit = f" in {self.unit}" if self.unit not in ("", "1") else ""
        parts = [f"{self.key}: {self.quantity}{unit}"]
        if self.rows is not None:
            parts.append(f"{self.rows} rows")
        if self.stored_m is not None and self.native_m is not None:
            parts.append(f"{metres(self.native_m)} stored at {metres(self.stored_m)}")
        parts.append(f"covers {self.coverage_percent:.1f} % of the area")
        if self.masked_percent is not None:
            parts.append(f"{self.masked_percent:.1f} % masked as cloud or shadow")
        return ", ".join([*parts, *self.notes])


@dataclass(frozen=True, slots=True)
class Report:
    """All sources of one call, in the order of the call."""

    area: str
    sources: tuple[SourceReport, ...]

    def lines(self) -> list[str]:
        """One line per source."""
        return [source.line() for source in self.sources]

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        names = SourceReport.__slots__
        listed = [{name: getattr(source, name) for name in names} for source in self.sources]
        return {"area": self.area, "sources": listed}


def metres(length_m: float) -> str:
    """A length for a reader, to three significant digits: ``9.99 m``."""
    return f"{float(f'{length_m:.3g}'):g} m"


def coarseness(native_m: float, pixel_m: float) -> list[str]:
    """A note when cells of ``native_m`` are much coarser than those of the grid; else none."""
    if native_m <= MUCH_COARSER * pixel_m:
        return []
    return [f"{metres(native_m)} cells stored at {metres(pixel_m)}: much coarser than the grid"]


def source_report(
    key: str, facts: Mapping[str, Any], pixel_m: float, date: str | None
) -> SourceReport:
    """The report on one source from the facts that the child found."""
    factor = facts.get("factor")
    return SourceReport(
        key=key,
        file=facts["file"],
        quantity=facts["quantity"],
        unit=facts["unit"],
        date=date,
        sensor=facts.get("sensor"),
        coverage_percent=facts["coverage_percent"],
        native_m=facts.get("native_m"),
        stored_m=pixel_m / factor if factor else None,
        rows=facts.get("rows"),
        masked_percent=facts.get("masked_percent"),
        notes=tuple(facts["notes"]),
    )
