"""``geoml exposure [SERVICE] --area A``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, table
from geoml.paths import Home


def command(
    area: Annotated[str, typer.Option(help="Area to count in.")],
    service: Annotated[
        str | None, typer.Argument(help="One service; depths of a flood alone when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Count buildings, zones and residents by class of a map, and by the depth of a flood.

    A building is in the class of the mean over its footprint, by the exact share of each cell;
    for depths, the count by centroids stands beside.
    """
    from geoml import catalog
    from geoml.areas.area import load
    from geoml.errors import NotFound
    from geoml.lifecycle.exposure import DEPTH, depths, published

    home = Home.from_environment()
    place = load(home, area)
    told = published(home, catalog.get(service), place) if service else depths(home, place)
    if not told:
        raise NotFound(
            "nothing to count by",
            where=area,
            expected=f"a service, or the source {DEPTH}",
            next_step=f"name a service, or geoml ingest {area} {DEPTH}=FILE",
        )
    tables = (_rows(told[name]) for name in ("by_score", "by_depth") if name in told)
    emit(told, as_json, "\n\n".join(tables))


def _rows(told: Mapping[str, Any]) -> str:
    """One line a class, the unknown last."""
    lines = [*told["classes"], told["unknown"]]
    names = [name for name in told["unknown"] if name != "title"]
    rows = [(line["title"]["en"], *(f"{line[name]:,.0f}" for name in names)) for line in lines]
    return table(rows, ("class", *(name.replace("_", " ") for name in names)))
