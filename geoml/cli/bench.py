"""``geoml bench engines``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, progress, say, table
from geoml.errors import InvalidArgument
from geoml.paths import Home

if TYPE_CHECKING:
    from geoml.learning.segmentation.compare import Measured

app = typer.Typer(help="Measure what is best on this machine.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """Measure what is best on this machine."""


@app.command()
def engines(
    service: Annotated[
        str, typer.Option(help="Whose model; the one that looks at pictures, where it is alone.")
    ] = "",
    model: Annotated[
        Path | None, typer.Option(help="Folder of a model; without it, the one that serves.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Data set (TOML) to judge by; without it, made-up towns.")
    ] = None,
    quantise: Annotated[
        bool, typer.Option(help="Make an int8 model as well (needs geoml[deep]).")
    ] = True,
    threads: Annotated[int, typer.Option(help="Cores for one window; 0: all.")] = 0,
    pieces: Annotated[int, typer.Option(help="Pictures to judge by, per place.")] = 12,
    seconds: Annotated[float, typer.Option(help="How long each engine is timed.")] = 3.0,
    store: Annotated[bool, typer.Option(help="Let the server and run use the best one.")] = True,
    as_json: AsJson = False,
) -> None:
    """Run a roof model in every engine here: speed, and whether it finds the same roofs.

    The quickest engine that does is stored in engine.json of GEOML_HOME. The same means: in no
    place the IoU falls by more than 0.5 points, nor the total area moves by more than 0.5 %.
    """
    from geoml.learning.segmentation.bench import bench

    home = Home.from_environment()
    folder = model or _serving(home, service)
    with progress("bench engines") as show:
        found = bench(
            home, folder, data=data, quantise=quantise, threads=threads, pieces=pieces,
            seconds=seconds, store=store, progress=show,
        )  # fmt: skip
    for note in found.notes:
        say(f"note: {note}")
    emit(found.as_dict(), as_json, _told(found.as_dict(), found.measured))


def _serving(home: Home, service: str) -> Path:
    """Folder of the model that serves; of the one service that looks at pictures, if unnamed."""
    from geoml import catalog, modelstore

    if service:
        return modelstore.champion(home, service).folder
    able = [name for name in catalog.names() if catalog.get(name).kind == "segmentation"]
    if len(able) == 1:
        return modelstore.champion(home, able[0]).folder
    raise InvalidArgument(
        "whose model is not said",
        expected=f"--service, one of: {', '.join(able) or 'none is here'}",
        next_step="or name the folder of a model with --model",
    )


def _told(document: dict[str, Any], measured: tuple[Measured, ...]) -> str:
    places = sorted(measured[0].places)
    rows = [
        (
            one.label,
            f"{one.tiles_per_s:.2f}",
            f"{one.tiles_per_s / measured[0].tiles_per_s:.2f}",
            f"{one.difference:.4f}",
            *(f"{one.places[place][0]:.3f}" for place in places),
            *(f"{one.places[place][1]:+.1f} %" for place in places),
        )
        for one in measured
    ]
    head = (
        *("engine", "tiles/s", "ratio", "max difference"),
        *(f"IoU {place}" for place in places),
        *(f"area {place}" for place in places),
    )
    has = ", ".join(document["processor"]["features"]) or "nothing of note"
    lines = [f"processor: {document['processor']['name']}: {has}", table(rows, head)]
    stored = f", stored in {document['stored']}" if document["stored"] else ""
    return "\n".join([*lines, f"best here: {document['recommended']}{stored}"])
