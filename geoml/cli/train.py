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
    """Train a model on one or more areas; it becomes their champion.

    The first model of a service also answers for areas without one. A later one takes over when
    it stands higher: made-up data stand lowest, then a model in doubt, then an accepted one.
    `geoml promote` chooses another.
    """
    from geoml.files import read_json
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
    for note in (*notes, *(one["en"] for one in manifest["warnings"])):
        say(f"note: {note}")
    metrics = read_json(ref.folder / "metrics.json")
    emit({**manifest, "folder": str(ref.folder)}, as_json, _told(manifest, metrics))


def _told(manifest: dict[str, Any], metrics: dict[str, Any]) -> str:
    numbers = [name for name in metrics["table"][0] if name not in _WORDS]
    rows = [
        (_called(one, metrics), one["scheme"], *(f"{one[name]:.2f}" for name in numbers))
        for one in metrics["table"]
    ]
    reference = manifest["reference"].get("text", {}).get("en", "none")
    said = {
        "served": manifest["champion"],
        "why": manifest["champion_reason"]["en"],
        "features": ", ".join(manifest["features_used"]),
        "missing": ", ".join(manifest["features_missing"]) or "nothing",
        "reference": reference,
        "cells": f"{metrics['validation']['cells']:,}, where label and features are known",
    }
    lines = table(rows, ("candidate", "validation", *numbers))
    return "\n".join([lines, *(f"{name}: {text}" for name, text in said.items())])


def _called(line: dict[str, Any], metrics: dict[str, Any]) -> str:
    """A candidate by its name; the baseline with the features that its line goes through."""
    through = metrics["baseline"]
    if line["candidate"] != through["candidate"]:
        return str(line["candidate"])
    return f"line through {', '.join(through['features'])}"


_WORDS = ("candidate", "scheme", "optimistic")
