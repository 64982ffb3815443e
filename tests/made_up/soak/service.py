"""The declaration, and a frozen model that answers ``max(low, sealed)``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geoml.contract import (
    Accept,
    Action,
    Anchored,
    Feature,
    Legend,
    Part,
    Prediction,
    Scene,
    Service,
    Target,
)
from geoml.files import sha256, write_json
from geoml.raster.grid import Grid
from geoml.types import Text

LOWEST_M, HIGHEST_M, HALF_WIDTH = 190.0, 250.0, 0.05


def low(elevation):
    """1 at the lowest ground, 0 at the highest."""
    return np.clip((HIGHEST_M - elevation) / (HIGHEST_M - LOWEST_M), 0, 1)


@dataclass(frozen=True)
class Frozen:
    """The larger of ``low`` and the share of roofs."""

    manifest: Mapping[str, Any]
    features: tuple[str, ...] = ("elevation", "building_density")

    def predict(self, features, *, explain=True):
        unknown = np.full(len(next(iter(features.values()))), np.nan)
        given = {name: features.get(name, unknown).astype(float) for name in self.features}
        parts = {"low": low(given["elevation"]), "sealed": given["building_density"]}
        target = np.fmax(*parts.values())
        leads = parts["low"] >= np.nan_to_num(parts["sealed"], nan=-1.0)
        ends = {
            name: (np.clip(one - HALF_WIDTH, 0, 1), np.clip(one + HALF_WIDTH, 0, 1))
            for name, one in parts.items()
        }
        return Prediction(
            target=target,
            lower=np.clip(target - HALF_WIDTH, 0, 1),
            upper=np.clip(target + HALF_WIDTH, 0, 1),
            applicability=np.where(np.isnan(target), np.nan, 0.5),
            contributions={"elevation": target * leads, "building_density": target * ~leads}
            if explain
            else {},
            average=0.0,
            parts=parts,
            part_intervals=ends,
        )


def manifest(**more):
    """What a model says of itself that learned nothing."""
    words = Text(fr="mouillé", en="wet").as_dict()
    return {
        "service": SERVICE.name,
        "frozen": True,
        "champion": "baseline",
        "accepted": True,
        "synthetic": False,
        "score_kind": "index",
        "features_used": list(Frozen.features),
        "interval_level": 0.9,
        "metrics": {},
        "quantity": words,
        "reference": {"mode": "none", "relative_to_area": False, "text": words},
        "warnings": [{"code": "made_up", "fr": "Inventé.", "en": "Made up."}],
        **more,
    }


def ship(folder):
    """Write the frozen model as it would lie in ``models/``."""
    (folder / "1").mkdir(parents=True)
    model = folder / "1" / "model.json"
    model.write_text(json.dumps({"lowest_m": LOWEST_M, "highest_m": HIGHEST_M}))
    files = {model.name: sha256(model)}
    write_json(folder / "1" / "manifest.json", {**manifest(), "version": "1", "files": files})


def train(samples, folder, *, meta, seed=0, holdout_share=0.0):
    """Nothing learned was better: the frozen model serves where the label is, too."""
    write_json(folder / "metrics.json", {"table": []})
    write_json(folder / "model.json", {"cells": len(samples.target)})
    return manifest(**meta)


def load(folder: Path, told):
    return Frozen(told)


def target_of(label, features, grid, *, inside, mode="auto", source=""):
    told = {"mode": "none", "relative_to_area": False, "text": Text("compté", "counted").as_dict()}
    return np.where(np.isnan(label), np.nan, label > 0).astype(float), told


def scene():
    grid = Grid("EPSG:2154", 0, 0, 30, 30, 4, 4)
    elevation = np.linspace(LOWEST_M, HIGHEST_M, 16).reshape(4, 4)
    density = np.linspace(0, 0.9, 16).reshape(4, 4)
    given = {"elevation": elevation, "building_density": density}
    truth = np.fmax(low(elevation), density)
    return Scene(grid, given, truth, np.ones((4, 4), bool), truth, 30.0)


def opened(features, amount):
    """Roofs taken away: the share falls by ``amount``, never below 0."""
    return {**features, "building_density": np.maximum(features["building_density"] - amount, 0)}


_DENSITY = Text(fr="Densité du bâti", en="Building density")
SERVICE = Service(
    name=__package__.rpartition(".")[2],
    title=Text(fr="Éponge", en="Sponge"),
    summary=Text(fr="Où il fait mouillé.", en="Where it is wet."),
    is_not=Text(fr="Ce n'est pas sérieux.", en="It is not serious."),
    kind="tabular",
    score_kind="probability",
    features=(
        Feature("elevation", Text(fr="Altitude", en="Elevation"), "m", (-450, 9000), "down"),
        Feature("building_density", _DENSITY, "1", (0, 1), "up"),
        Feature("slope", Text(fr="Pente", en="Slope"), "degree", (0, 90)),
    ),
    needs_one_of=(("elevation", "building_density"),),
    target=Target("wet", Text(fr="mouillé", en="wet"), "1", (0, 1), ("population",)),
    score=Anchored(0, 1),
    legend=Legend(
        (0, 50, 100),
        ("#eff3ff", "#08519c"),
        (Text(fr="Sec", en="Dry"), Text(fr="Mouillé", en="Wet")),
    ),
    accept=Accept(metric="rmse_1", below=0.5, baseline="line"),
    units=("buildings", "zones"),
    train=train,
    load=load,
    scene=scene,
    target_of=target_of,
    input_sets=(("elevation", "building_density"),),
    parts=(
        Part("low", Text(fr="Par le bas", en="From below"), Text(fr="Bas.", en="Low ground.")),
        Part("sealed", Text(fr="Par les toits", en="From roofs"), Text(fr="Bâti.", en="Roofs.")),
    ),
    carried=("elevation", "slope"),
    actions=(
        Action(
            "opening",
            Text(fr="Enlever des toits", en="Take roofs away"),
            "1",
            (0, 1),
            ("building_density",),
            opened,
        ),
    ),
)
