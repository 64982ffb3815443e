"""Check what can be checked against the world; write ``docs/validation.md``: ``make validation``.

A section is a title and a function that gives lines of Markdown. Every number on the page comes
from here. ``python -m benchmarks.validation Roof`` measures again what has a title that begins so,
and leaves the rest of the page as it is, its day included.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
import rasterio

from benchmarks import (
    alexandria,
    banepa,
    district,
    dubai,
    grass,
    heat,
    jakarta,
    made_up_flood,
    never_seen,
    roofs_in_all,
    veneto,
    wake_county,
)
from benchmarks.page import table, text
from geoml.features.hydrology.drainage import CHANNEL_KM2
from geoml.features.surface_kind import COARSEST_M, plateaus, shows_buildings
from geoml.types import Array

PAGE = Path(__file__).parents[1] / "docs" / "validation.md"
DATA = wake_county.FOLDER.parents[1]
HEAD = """# Against the world

Written by `make validation` on {day}, from public data that are no part of the project (they lie
in `../shared/data`). The tests in `tests/real` hold the library to the same numbers, or to bounds
on them. What is measured on made-up data says so.
"""


@dataclass(frozen=True)
class Section:
    """What is measured, and the folders that it reads; without them a line says so instead."""

    title: str
    lines: Callable[[], list[str]]
    needs: tuple[Path, ...] = ()

    def told(self) -> str:
        """Its Markdown; how long that took goes to stderr."""
        absent = [str(path.relative_to(DATA)) for path in self.needs if not path.is_dir()]
        begun = perf_counter()
        lines = [f"Not measured: no data in {', '.join(absent)}."] if absent else self.lines()
        print(f"{self.title}: {perf_counter() - begun:.0f} s", file=sys.stderr)
        return "\n".join([f"## {self.title}", "", *lines])


def main(asked: Sequence[str] = ()) -> int:
    """Write the page, or its sections that are asked for by how their titles begin.

    1 where the data are not here, and the page stays as it is.
    """
    if not DATA.is_dir():
        print(f"no data at {DATA}: nothing is written", file=sys.stderr)
        return 1
    head = HEAD.format(day=f"{datetime.now(UTC):%Y-%m-%d}").strip()
    before = PAGE.read_text(encoding="utf-8") if asked else ""
    PAGE.write_text(page(head, before, asked), encoding="utf-8")
    print(f"wrote {PAGE}")
    return 0


def page(head: str, before: str, asked: Sequence[str]) -> str:
    """The whole page; with ``asked``, its head and the sections not asked for as they were."""
    kept = dict(_parted(before))
    told = [
        one.told()
        if one.title not in kept or one.title.startswith(tuple(asked))
        else kept[one.title]
        for one in SECTIONS
    ]
    return "\n\n".join([kept.get("", head), *told]) + "\n"


def _parted(before: str) -> list[tuple[str, str]]:
    """(title, text) of each section of a page, its head under no title."""
    if not before:
        return []
    head, *sections = before.strip().split("\n\n## ")
    return [("", head), *((one.partition("\n")[0], f"## {one}") for one in sections)]


def drainage() -> list[str]:
    """Derived drainage beside mapped streams, in two halves of a county."""
    county = wake_county.county()
    study, filled = wake_county.study(county), wake_county.study(county, "fill")
    unseen = "chosen in the west, reported in the east"
    worst, row = min(study.rows.items(), key=lambda item: item[1].agreement.margin)
    told = [_drainage_row(name, one) for name, one in study.rows.items()]
    both = ", ".join(f"{km2:g}" for km2 in study.in_both_km2) or "none"
    return [
        text(
            f"""South-west Wake County, North Carolina: a bare-earth model of {county.side:g} m
            cells, and {county.streams[:, 2].sum() / 1000:,.0f} km of mapped streams, those included
            that run part of the year. Nothing of the map goes into the routing. The area that a
            channel needs upstream is chosen in one half of the county (the highest F1 of
            {len(wake_county.CANDIDATES_KM2)} candidates) and reported in the other one."""
        ),
        "",
        text(
            f"""Near means within {wake_county.TOLERANCE_CELLS} cells. Asked for were
            {wake_county.LEAST_FOUND:.0%} of the mapped length near derived drainage,
            {wake_county.LEAST_RIGHT:.0%} of the derived length near mapped streams, and at most
            {wake_county.MOST_LENGTH:g} times the mapped length. *By chance* is the same drainage
            moved to {len(wake_county.SHIFTS)} wrong places. HAND is the height above the nearest
            drainage, along the mapped streams of the half."""
        ),
        "",
        *table(_HEAD, [*told, _drainage_row(f"depressions filled; {unseen}", filled.rows[unseen])]),
        "",
        text(
            f"""**The worst row** is *{worst}*: {row.agreement.found:.1%} and
            {row.agreement.right:.1%}. F1 hardly changes with the threshold, so its top is a matter
            of the half; of the candidates, those that hold all three conditions in both halves are:
            {both} km2. A town that has a map of its water burns it in, and depends on the
            threshold only where the map ends."""
        ),
    ]


_HEAD = ("", "area (km2)", "mapped, near derived", "by chance", "derived, near mapped", "by chance",
         "length", "all three", "HAND median (m)", "HAND p90 (m)")  # fmt: skip


def _drainage_row(name: str, row: wake_county.Row) -> list[str]:
    return [
        name,
        f"{row.channel_km2:g}",
        f"{row.agreement.found:.1%}",
        f"{row.chance.found:.1%}",
        f"{row.agreement.right:.1%}",
        f"{row.chance.right:.1%}",
        f"x {row.agreement.length:.2f}",
        "yes" if row.agreement.enough else "**no**",
        f"{row.heights.median_m:.2f}",
        f"{row.heights.p90_m:.2f}",
    ]


def reference() -> list[str]:
    """The routing beside GRASS."""
    if not grass.is_here():
        return [f"Not measured: {grass.MISSING}."]
    found = grass.comparison(wake_county.FOLDER / "elev_ned_30m.tif", CHANNEL_KM2)
    return [
        text(
            f"""`r.watershed -s` on the same ground, by other people's code. Channels are cells that
            {found.pop("channel_km2"):g} km2 drain through; ranks are Spearman's."""
        ),
        "",
        *table(["what", "value"], [[k.replace("_", " "), f"{v:.4f}"] for k, v in found.items()]),
    ]


def surfaces() -> list[str]:
    """The guard that tells a surface model from a terrain model, from fine to coarse cells."""
    county = wake_county.county()
    told = []
    for name, kind in (("dsm.tif", "surface"), ("dtm.tif", "ground")):
        for coarser in range(1, 7):
            values, pixel = _coarser(alexandria.FOLDER / name, coarser)
            told.append(_surface_row(f"Alexandria, {kind}", values, pixel))
    told.append(_surface_row("Wake County, ground", county.elevation, county.side))
    return [
        text(
            f"""Lidar of Alexandria, Virginia (0.3 km2): what the laser met first, and the ground
            below it, in cells averaged to each size. A warning should come from the surface alone;
            above {COARSEST_M:g} m nothing is said."""
        ),
        "",
        *table(["model", "cells (m)", "between walls", "warns"], told),
        "",
        text(
            """Where the town's footprints are known, their height above the ground around them
            decides instead of the shape of the ground. Both rules were set with this one place in
            view: another town may be told less well."""
        ),
    ]


def _surface_row(name: str, values: Array, pixel: float) -> list[str]:
    share = plateaus(values, pixel, pixel).mean()
    warns = "**yes**" if shows_buildings(values, pixel, pixel) else "no"
    return [name, f"{pixel:g}", f"{share:.2%}", warns]


def _coarser(path: Path, factor: int) -> tuple[Array, float]:
    with rasterio.open(path) as dataset:
        values, pixel = dataset.read(1, masked=True).filled(np.nan), dataset.res[0]
    rows, cols = (side // factor for side in values.shape)
    blocks = values[: rows * factor, : cols * factor].reshape(rows, factor, cols, factor)
    return np.asarray(blocks.mean(axis=(1, 3))), pixel * factor


SECTIONS = (
    Section("Drainage from the ground alone", drainage, (wake_county.FOLDER,)),
    Section("Routing beside GRASS", reference, (wake_county.FOLDER,)),
    Section("A surface model taken for the ground", surfaces,
            (alexandria.FOLDER, wake_county.FOLDER)),
    Section("A flood model where a town has a label", made_up_flood.section),
    Section("Buildings in a modelled flood", jakarta.section, (jakarta.FOLDER,)),
    Section("An observed flood, as delivered", veneto.section, (veneto.FOLDER,)),
    Section("Surface heat on real ground", heat.section, heat.FOLDERS),
    Section("Roofs in a strip that was kept out", banepa.section, (banepa.FOLDER,)),
    Section("Roofs of a town, by a network of drawn towns", never_seen.section, (banepa.FOLDER,)),
    Section("Roofs of a place it never saw", dubai.section, (dubai.FOLDER, banepa.FOLDER)),
    Section("Roofs of a generated district", district.section),
    Section("Roof faces on a real surface model", alexandria.section, (alexandria.FOLDER,)),
    Section("Roofs: the worst of it, and what this is not", roofs_in_all.section,
            (banepa.FOLDER, dubai.FOLDER)),
)  # fmt: skip

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
