"""``geoml ingest AREA KEY=PATH[:BAND|:LAYER] ...``."""

from __future__ import annotations

from typing import Annotated

import typer

from geoml.cli.output import AsJson, emit, progress, say
from geoml.errors import InvalidArgument
from geoml.paths import Home


def command(
    area: str,
    items: Annotated[list[str], typer.Argument(help="KEY=PATH[:BAND|:LAYER], one or more.")],
    sensor: Annotated[str | None, typer.Option(help="e.g. landsat7, landsat8, sentinel2.")] = None,
    date: Annotated[str | None, typer.Option(help="Date of acquisition, YYYY-MM-DD.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="KEY=degC|K|dn, repeatable.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of these files.")] = None,
    sun_elevation: Annotated[
        float | None, typer.Option(help="Degrees, from the scene's metadata; else computed.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check rasters and vectors, and store them as sources of an area.

    Rasters become COG on the area's grid, vectors GeoParquet, each with a STAC item. A key that
    is there already is replaced at one stroke. Nothing is left behind when something is wrong.
    """
    from geoml.areas.ingest import ingest

    home = Home.from_environment()
    with progress("ingest") as show:
        report = ingest(
            home,
            area,
            items,
            sensor=sensor,
            date=date,
            units=_units(unit or []),
            licence=licence,
            sun_elevation=sun_elevation,
            progress=show,
        )
    for line in report.lines():
        say(line)
    emit(report.as_dict(), as_json, f"wrote {len(report.sources)} sources to {home.sources(area)}")


def _units(pairs: list[str]) -> dict[str, str]:
    units = {}
    for pair in pairs:
        key, equals, unit = pair.partition("=")
        if not equals:
            raise InvalidArgument(
                "not a unit", where="--unit", expected="KEY=degC, KEY=K or KEY=dn", got=repr(pair)
            )
        units[key] = unit
    return units
