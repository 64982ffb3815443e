"""``geoml train SERVICE --area A [--area B]``, or ``--data FILE.toml`` where it sees pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from geoml.cli.output import AsJson, emit, progress, say, table
from geoml.errors import InvalidArgument
from geoml.paths import Home

_LEARNER = "Of a service that looks at pictures: "


def command(
    service: str,
    area: Annotated[list[str] | None, typer.Option(help="Area to learn from, repeatable.")] = None,
    data: Annotated[
        list[Path] | None,
        typer.Option(help=_LEARNER + "data set (TOML) to learn from, repeatable."),
    ] = None,
    holdout: Annotated[
        float | None,
        typer.Option(
            help="Share of the spatial blocks kept out and reported on [default: 0; pictures: 0.2]."
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(help="Reference of the anomaly: auto, ring, vegetated or area."),
    ] = None,
    encoder: Annotated[str | None, typer.Option(help=_LEARNER + "its encoder.")] = None,
    encoder_weights: Annotated[
        str | None, typer.Option(help=_LEARNER + "imagenet, none, or a file of tensors.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help=_LEARNER + "the most epochs.", min=1)] = None,
    device: Annotated[str | None, typer.Option(help=_LEARNER + "auto, mps, cuda or cpu.")] = None,
    resume: Annotated[
        bool, typer.Option(help=_LEARNER + "go on with a training that was stopped.")
    ] = True,
    out: Annotated[
        Path | None, typer.Option(help=_LEARNER + "new folder for the model, instead of the store.")
    ] = None,
    seed: int = 0,
    as_json: AsJson = False,
) -> None:
    """Train a model on areas, whose champion it becomes; or on pictures with their truth.

    The first model of a service also answers for areas without one. A later one takes over when
    it stands higher: made-up data stand lowest, then a model in doubt, then an accepted one.
    `geoml promote` chooses another.
    """
    of_pictures = {
        "encoder": encoder,
        "encoder_weights": encoder_weights,
        "epochs": epochs,
        "device": device,
        "out": out,
        "resume": None if resume else False,
    }
    given = {name: value for name, value in of_pictures.items() if value is not None}
    _check(bool(area), bool(data), reference, given)
    if data:
        _on_pictures(service, tuple(data), {**given, "seed": seed, "holdout": holdout}, as_json)
    else:
        _on_areas(service, tuple(area or ()), holdout or 0.0, reference or "auto", seed, as_json)


def _check(areas: bool, data: bool, reference: str | None, given: dict[str, Any]) -> None:
    if areas == data:
        raise InvalidArgument(
            "a training learns from areas or from data sets of pictures",
            expected="either --area AREA or --data FILE.toml",
            got="both" if areas else "neither",
        )
    stray = sorted(given) if areas else ["reference"] * (reference is not None)
    if stray:
        raise InvalidArgument(
            "an option of the other kind of training",
            got=", ".join(f"--{name.replace('_', '-')}" for name in stray),
            next_step="leave it out",
        )


def _on_areas(
    service: str, areas: tuple[str, ...], holdout: float, reference: str, seed: int, as_json: bool
) -> None:
    from geoml.files import read_json
    from geoml.lifecycle.train import train

    home = Home.from_environment()
    with progress(f"train {service}") as show:
        ref, notes = train(
            home,
            service,
            areas,
            holdout_share=holdout,
            reference=reference,
            seed=seed,
            progress=show,
        )
    manifest = ref.manifest()
    _say_notes(ref.folder, notes, manifest)
    metrics = read_json(ref.folder / "metrics.json")
    emit({**manifest, "folder": str(ref.folder)}, as_json, _told(manifest, metrics))


def _on_pictures(
    service: str, data: tuple[Path, ...], given: dict[str, Any], as_json: bool
) -> None:
    from geoml.files import read_json
    from geoml.lifecycle.picture_training import Asked, train_on_pictures

    with progress(f"train {service}") as show:
        ref, notes = train_on_pictures(
            Home.from_environment(), service, Asked(data, **given), progress=show
        )
    manifest = ref.manifest()
    _say_notes(ref.folder, notes, manifest)
    lines = read_json(ref.folder / "metrics.json")["table"]
    numbers = [name for name in (lines[0] if lines else ()) if name not in _WORDS]
    rows = [(one["candidate"], *(_number(one[name]) for name in numbers)) for one in lines]
    told = [table(rows, ("place", *numbers)), f"why: {manifest['champion_reason']['en']}"]
    emit({**manifest, "folder": str(ref.folder)}, as_json, "\n".join(told))


def _say_notes(folder: Path, notes: tuple[str, ...], manifest: dict[str, Any]) -> None:
    say(f"wrote {folder}")
    for note in (*notes, *(one["en"] for one in manifest["warnings"])):
        say(f"note: {note}")


def _told(manifest: dict[str, Any], metrics: dict[str, Any]) -> str:
    numbers = [name for name in metrics["table"][0] if name not in _WORDS]
    rows = [
        (_called(one, metrics), one["scheme"], *(_number(one[name], 2) for name in numbers))
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
    through = metrics.get("baseline")  # a learned probability is held against rules instead
    if through is None or line["candidate"] != through["candidate"]:
        return str(line["candidate"])
    return f"line through {', '.join(through['features'])}"


def _number(value: float | None, digits: int = 3) -> str:
    return "unknown" if value is None else f"{value:.{digits}f}"


_WORDS = ("candidate", "scheme", "optimistic")
