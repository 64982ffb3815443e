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
    unit: Annotated[
        list[str] | None, typer.Option(help="[KEY=]degC|K|dn, dem=ft|m, repeatable.")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of these files.")] = None,
    sun_elevation: Annotated[
        float | None, typer.Option(help="Degrees, from the scene's metadata; else computed.")
    ] = None,
    return_period: Annotated[
        float | None, typer.Option(help="Years between two floods like this one, if it has them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check rasters and vectors, and store them as sources of an area.

    Rasters become COG on the area's grid, vectors GeoParquet, each with a STAC item. A key that
    is there already is replaced at one stroke. Nothing is left behind when something is wrong.

    Of an OpenStreetMap extract (.osm.pbf) the key says what is taken: buildings; water (open water
    and waterways); zones (municipality and its parts, or zones=FILE:LEVEL); sites (schools,
    hospitals and other public places). A Shapefile may be zipped. flood_extent is a raster of
    classes or polygons.
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
            units=_units(unit or [], items),
            licence=licence,
            sun_elevation=sun_elevation,
            return_period=return_period,
            progress=show,
        )
    for line in report.lines():
        say(line)
    emit(report.as_dict(), as_json, f"wrote {len(report.sources)} sources to {home.sources(area)}")


def _units(told: list[str], items: list[str]) -> dict[str, str]:
    """Unit by key; a bare unit is that of the one temperature among the items."""
    units: dict[str, str] = {}
    for one in told:
        key, equals, unit = one.partition("=")
        if not equals:
            key, unit = _only_temperature(one, items), one
        if key in units:
            raise InvalidArgument("given twice", where=f"--unit {one}"[:80], got=f"two for {key}")
        units[key] = unit
    return units


def _only_temperature(unit: str, items: list[str]) -> str:
    from geoml.areas.keys import KEYS

    named = dict.fromkeys(item.partition("=")[0].strip() for item in items)
    found = [key for key in named if key in KEYS and KEYS[key].kind == "temperature"]
    if len(found) == 1:
        return found[0]
    raise InvalidArgument(
        "a unit without a key needs one temperature in the call",
        where=f"--unit {unit}"[:80],
        expected="KEY=degC, KEY=K or KEY=dn, with lst or thermal as the key",
        got=" and ".join(found) or "no temperature",
        next_step=f"write --unit {found[0] if found else 'lst'}=degC",
    )
