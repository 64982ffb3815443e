"""``geoml promote SERVICE VERSION [--area A]``."""

from __future__ import annotations

from typing import Annotated

import typer

from geoml.cli.output import AsJson, emit, say
from geoml.paths import Home


def command(
    service: str,
    version: Annotated[str, typer.Argument(help="Version of a model, as `train` printed it.")],
    area: Annotated[
        str | None,
        typer.Option(help="Only for this area; for all that have no own model when left out."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Choose the model that serves an area, or every area without one of its own.

    Its files are checked first. Nothing is deleted or published: `geoml run` publishes with it.
    A choice stays until the next `promote`; that of an area also until `geoml train` on it.
    """
    from geoml import catalog, modelstore
    from geoml.areas import area as areas

    home = Home.from_environment()
    declared = catalog.get(service)
    key = None if area is None else modelstore.champion_key(areas.load(home, area))
    ref = modelstore.find(home, declared.name, version.removeprefix(f"{declared.name}@"))
    modelstore.open_model(declared, ref)
    before = modelstore.serving(home, declared.name, key)
    modelstore.promote(home, ref, area=key, chosen=True)
    say(f"wrote {home.models(declared.name) / modelstore.POINTER}")
    for one in ref.manifest().get("warnings", ()):
        say(f"note: {one['en']}")
    where = f"in {area}" if area else "in every area without a model of its own"
    emit(
        {
            "service": declared.name,
            "area": area,
            "model": ref.id,
            "before": before.id if before else None,
        },
        as_json,
        f"champion {where}: {ref.id}; next: geoml run {declared.name} --area {area or 'AREA'}",
    )
