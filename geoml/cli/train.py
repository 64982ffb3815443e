"""``geoml train SERVICE --area A [--area B]``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, progress, say, table
from geoml.paths import Home


def command(
    service: str,
    area: Annotated[list[str], typer.Option(help="Area to learn from, repeatable.")],
    holdout: Annotated[
        float, typer.Option(help="Share of the spatial blocks kept out and reported on.")
    ] = 0.0,
    reference: Annotated[
        str, typer.Option(help="Reference of the anomaly: auto, ring, vegetated or area.")
    ] = "auto",
    seed: int = 0,
    as_json: AsJson = False,
) -> None:
    """Train a model on one or more areas; it becomes their champion."""
    from geoml.lifecycle.train import train

    home = Home.from_environment()
    with progress(f"train {service}") as show:
        ref, notes = train(
            home,
            service,
            tuple(area),
            holdout_share=holdout,
            reference=reference,
            seed=seed,
            progress=show,
        )
    manifest = ref.manifest()
    say(f"wrote {ref.folder}")
    for note in notes:
        say(f"note: {note}")
    emit({**manifest, "folder": str(ref.folder)}, as_json, _told(manifest))


def _told(manifest: dict[str, Any]) -> str:
    metrics = manifest["metrics"]
    rows = [
        (
            one["model"],
            one["validation"],
            f"{one['rmse']:.2f}",
            f"{one['mae']:.2f}",
            f"{one['r2']:.2f}",
        )
        for one in metrics["table"]
    ]
    head = ("model", "validation", f"RMSE {manifest['unit']}", "MAE", "R2")
    used = ", ".join(manifest["features_used"])
    return f"{table(rows, head)}\nserved: {manifest['champion']}; features: {used}"
