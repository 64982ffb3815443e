"""``geoml area create|list|show|cover|forget|delete``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from geoml.cli.output import AsJson, emit, say, table
from geoml.errors import CorruptFile, InvalidArgument, UsageError
from geoml.paths import Home

app = typer.Typer(
    help="Areas: create, list, show, say what a source covers, forget one, delete.",
    no_args_is_help=True,
)


def _bbox(text: str | None) -> tuple[float, float, float, float] | None:
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidArgument(
            "not a bounding box",
            where="--bbox",
            expected="W,S,E,N in degrees, e.g. -73.93,40.82,-73.87,40.87",
            got=repr(text)[:80],
        ) from error
    return west, south, east, north


@app.command()
def create(
    area: Annotated[str, typer.Argument(help="Id: a-z, 0-9, hyphens.")],
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    boundary: Annotated[
        Path | None, typer.Option(help="Polygon file (GeoJSON, GPKG, ...).")
    ] = None,
    bbox: Annotated[str | None, typer.Option(help="W,S,E,N in degrees.")] = None,
    crs: Annotated[str | None, typer.Option(help="EPSG:n, projected, in metres.")] = None,
    resolution: Annotated[float, typer.Option(help="Cell size of the analysis grid, m.")] = 30.0,
    margin: Annotated[float, typer.Option(help="Countryside kept around the boundary, m.")] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Create an area from a boundary or a bounding box."""
    from geoml.areas import area as areas
    from geoml.areas.projection import distortion

    home = Home.from_environment()
    made = areas.create(
        home,
        area,
        name or area,
        bbox=_bbox(bbox),
        boundary_file=boundary,
        crs=crs,
        resolution_m=resolution,
        margin_m=margin,
    )
    say(f"wrote {home.area(area) / 'area.json'}")
    scale = distortion(made.grid)
    say(scale.told())
    told = {**areas.document(made), "distortion": asdict(scale)}
    emit(told, as_json, f"{made.id}: {made.name}, {made.grid}")


@app.command(name="list")
def list_(as_json: AsJson = False) -> None:
    """List the areas; one that cannot be read is told on stderr."""
    from geoml.areas import area as areas

    home = Home.from_environment()
    found = []
    for one in areas.names(home):
        try:
            found.append(areas.load(home, one))
        except CorruptFile as error:
            say(f"error: {error}")
    rows = [(one.id, one.name, one.crs, f"{one.grid.rows} x {one.grid.cols}") for one in found]
    told = table(rows, ("id", "name", "crs", "cells")) if rows else "no area yet"
    emit([areas.document(one) for one in found], as_json, told)


@app.command()
def show(area: str, as_json: AsJson = False) -> None:
    """Show an area: its grid and its sources."""
    from geoml.areas import area as areas
    from geoml.areas.projection import distortion
    from geoml.areas.sources import sources

    home = Home.from_environment()
    found = areas.load(home, area)
    items = sources(home, found)
    rows = [(s.key, s.kind, s.unit, s.date or "", f"{s.coverage:.1f} %") for s in items.values()]
    scale = distortion(found.grid)
    told = f"{found.id}: {found.name}\n{found.grid}\n{scale.told()}\n"
    told += table(rows, ("source", "kind", "unit", "date", "coverage")) if rows else "no source yet"
    listed = [
        {"key": s.key, "kind": s.kind, "unit": s.unit, "date": s.date, "coverage": s.coverage}
        for s in items.values()
    ]
    document = {**areas.document(found), "distortion": asdict(scale), "sources": listed}
    emit(document, as_json, told)


@app.command()
def cover(
    area: str,
    key: Annotated[str, typer.Argument(help="Key of a vector source, e.g. buildings.")],
    boundary: Annotated[
        Path | None, typer.Option(help="Polygon file of the mapped ground.")
    ] = None,
    bbox: Annotated[str | None, typer.Option(help="W,S,E,N in degrees.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="All of the area is mapped.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say where a vector source is complete; elsewhere it is unknown, not empty.

    Without it, buildings and zones are taken to be complete inside the convex hull of their rows.
    The statement holds until the key is ingested again.
    """
    from geoml.areas import area as areas
    from geoml.areas import cover as covers
    from geoml.areas.boundary import from_bbox, from_file

    if sum((boundary is not None, bbox is not None, whole)) != 1:
        raise InvalidArgument("where?", expected="one of --boundary, --bbox and --whole")
    home = Home.from_environment()
    corners = _bbox(bbox)
    ground = from_file(boundary) if boundary else from_bbox(corners) if corners else None
    source = covers.state(home, areas.load(home, area), key, ground)
    told = f"{source.key} is complete on {source.coverage:.1f} % of {area}"
    emit({"area": area, "key": key, "coverage": source.coverage}, as_json, told)


@app.command()
def forget(area: str, key: Annotated[str, typer.Argument(help="Source key, e.g. lst.")]) -> None:
    """Remove one source of an area; features that need it go with the next run."""
    from geoml.areas import area as areas
    from geoml.areas import sources

    home = Home.from_environment()
    sources.forget(home, areas.load(home, area), key)
    say(f"removed {key} from {home.sources(area)}; published editions stay")


@app.command()
def delete(
    area: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete an area with its sources, features and editions; models stay."""
    from geoml.areas import area as areas

    home = Home.from_environment()
    folder = areas.folder(home, area)
    if not yes:
        _confirm(f"delete {folder} with all it holds, and every edition of {area}?")
    areas.delete(home, area)
    say(f"deleted {folder} and every edition of {area}; models stay")


def _confirm(question: str) -> None:
    if not _at_a_terminal():
        raise UsageError(
            "nobody is there to confirm it", where=question.rstrip("?"), next_step="pass --yes"
        )
    typer.confirm(question, abort=True, err=True)


def _at_a_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
