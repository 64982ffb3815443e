"""The declaration of the surface heat service; its science is in ``method.md``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geoml.contract import (
    Accept,
    Anchored,
    Feature,
    Legend,
    Samples,
    Service,
    Target,
)
from geoml.learning import tabular
from geoml.types import Text

from .scene import scene
from .target import target_of


def train(
    samples: Samples,
    folder: Path,
    *,
    meta: Mapping[str, Any],
    seed: int = 0,
    holdout_share: float = 0.0,
) -> dict[str, Any]:
    """Train surface heat; see ``geoml.contract.Train``."""
    return tabular.train(
        SERVICE, samples, folder, meta=meta, seed=seed, holdout_share=holdout_share
    )


def load(folder: Path, manifest: Mapping[str, Any]) -> tabular.TabularModel:
    """Open a trained surface heat model."""
    return tabular.load(SERVICE, folder, manifest)


FEATURES = (
    Feature(
        "ndvi",
        Text(fr="Végétation (NDVI)", en="Vegetation (NDVI)"),
        unit="1",
        valid=(-1, 1),
        monotone="down",
    ),
    Feature(
        "ndbi",
        Text(fr="Indice de bâti (NDBI)", en="Built-up index (NDBI)"),
        unit="1",
        valid=(-1, 1),
    ),
    Feature("albedo", Text(fr="Albédo", en="Albedo"), unit="1", valid=(0, 1)),
    Feature(
        "building_density",
        Text(fr="Densité du bâti", en="Building density"),
        unit="1",
        valid=(0, 1),
        monotone="up",
    ),
    Feature(
        "water_distance",
        Text(fr="Distance à l'eau", en="Distance to water"),
        unit="m",
        valid=(0, 50_000),
    ),
    Feature(
        "imperviousness",
        Text(fr="Imperméabilisation", en="Imperviousness"),
        unit="1",
        valid=(0, 1),
        monotone="up",
    ),
    Feature("elevation", Text(fr="Altitude", en="Elevation"), unit="m", valid=(-450, 9000)),
    Feature("slope", Text(fr="Pente", en="Slope"), unit="degree", valid=(0, 90)),
    Feature(
        "ndvi_mean_300m",
        Text(fr="Végétation à 300 m à la ronde", en="Vegetation within 300 m"),
        unit="1",
        valid=(-1, 1),
        monotone="down",
    ),
    Feature(
        "building_density_mean_300m",
        Text(fr="Densité du bâti à 300 m à la ronde", en="Building density within 300 m"),
        unit="1",
        valid=(0, 1),
        monotone="up",
    ),
    Feature(
        "imperviousness_mean_300m",
        Text(fr="Imperméabilisation à 300 m à la ronde", en="Imperviousness within 300 m"),
        unit="1",
        valid=(0, 1),
        monotone="up",
    ),
)

LEGEND = Legend(
    edges=(0, 20, 40, 60, 80, 100),
    colours=("#280b53", "#7d1e6d", "#cf4446", "#fb9a06", "#fcfdbf"),
    labels=(
        Text(fr="Fraîche", en="Cool"),
        Text(fr="Modérée", en="Moderate"),
        Text(fr="Chaude", en="Warm"),
        Text(fr="Très chaude", en="Hot"),
        Text(fr="Brûlante", en="Very hot"),
    ),
)

SERVICE = Service(
    name=__package__.rpartition(".")[2],  # the folder names the service, in every URL too
    title=Text(fr="Chaleur de surface", en="Surface heat"),
    summary=Text(
        fr="De combien la surface (toits, sols, feuillages) est plus chaude que la référence, un "
        "jour d'été vers le passage du satellite. 0 : 2\u00a0K de moins ; 100 : 10\u00a0K de plus.",
        en="How much hotter than the reference the surface (roofs, ground, leaves) is, on a "
        "summer day when the satellite passes. 0: 2\u00a0K below; 100: 10\u00a0K above.",
    ),
    is_not=Text(
        fr="Ce n'est pas la température de l'air, ni celle que l'on ressent, ni un risque pour la "
        "santé. La nuit et les autres jours peuvent être très différents.",
        en="It is not air temperature, not what people feel, and not a health risk. Nights and "
        "other days can be very different.",
    ),
    kind="tabular",
    score_kind="anchored",
    features=FEATURES,
    needs_one_of=(("ndvi", "building_density"),),
    input_sets=(("ndvi", "building_density", "water_distance"),),
    target=Target(
        "dlst_k",
        Text(fr="écart de température de surface", en="surface temperature anomaly"),
        unit="K",
        valid=(-30, 40),
        labels=("lst", "thermal"),
    ),
    score=Anchored(zero=-2.0, hundred=10.0),
    legend=LEGEND,
    accept=Accept(metric="rmse_k", below=3.0, baseline="ndvi_density_linear"),
    units=("buildings", "zones"),
    train=train,
    load=load,
    scene=scene,
    target_of=target_of,
)
