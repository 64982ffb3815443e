"""The declaration of the rooftop service; its science is in ``method.md``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoml.contract import Accept, Anchored, Legend, Segmentation, Service, Target
from geoml.types import Text

from .answers import KEPT, answers_of, assumptions, fetch
from .inputs import DOUBTS, FEATURES
from .scene import scene
from .sun import RoofSun
from .sun import told as told_of_every_model
from .told import COLUMNS

if TYPE_CHECKING:
    from geoml.vector.outlines import Rules


def load(folder: Path, manifest: Mapping[str, Any]) -> RoofSun:  # noqa: ARG001
    """Open a model for questions about one roof; its network is opened by who shows it pictures."""
    return RoofSun(SERVICE, told_of_every_model(SERVICE, manifest))


def rules() -> Rules:
    """Roofs of 6 m2 and more: less carries no panel, and is often a car or a tent."""
    from geoml.vector.outlines import Rules

    return Rules(min_area_m2=6.0, min_hole_m2=4.0)


LEGEND = Legend(
    edges=(0, 20, 40, 60, 80, 100),
    colours=("#00224e", "#3a4c6e", "#7c7b78", "#bcae6c", "#fde737"),
    labels=(
        Text(fr="Très peu de soleil", en="Very little sun"),
        Text(fr="Peu de soleil", en="Little sun"),
        Text(fr="Soleil moyen", en="Some sun"),
        Text(fr="Bien ensoleillé", en="Sunny"),
        Text(fr="Très ensoleillé", en="Very sunny"),
    ),
)

FOUND = Segmentation(
    picture="ortho",
    unit="roofs",
    prefix="r",
    title=Text(fr="Vu comme un toit sur la photographie", en="Seen as a roof in the photograph"),
    classes=("background", "roof"),
    rules=rules,
    answers_of=answers_of,
    columns=COLUMNS,
    answer=("irradiation_kwh_m2", "irradiation_low", "irradiation_high"),
    beside=("dsm", "dem"),
    known="buildings",
    kept=KEPT,
    fetch=fetch,
    assumptions=assumptions,
    notes=(
        (
            "dsm",
            Text(
                fr="Sans modèle de surface (dsm), la pente, l'orientation et l'ombre des toits ne "
                "sont pas connues.",
                en="Without a surface model (dsm), slope, orientation and shade of the roofs are "
                "not known.",
            ),
        ),
    ),
)

SERVICE = Service(
    name=__package__.rpartition(".")[2],  # the folder names the service, in every URL too
    title=Text(fr="Toits et soleil", en="Roofs and sun"),
    summary=Text(
        fr="Combien de soleil une année donne à chaque toit, et ce que des panneaux en tireraient. "
        "0 : 600\u00a0kWh/m² ou moins ; 100 : 1\u202f800\u00a0kWh/m² ou plus.",
        en="How much sun a year gives each roof, and what panels would make of it. "
        "0: 600\u00a0kWh/m² or less; 100: 1,800\u00a0kWh/m² or more.",
    ),
    is_not=Text(
        fr="Ce n'est pas l'étude d'un installateur, ni un permis. La solidité du toit, son "
        "état, le raccordement et les règles d'urbanisme ne sont pas connus.",
        en="It is not an installer's study, nor a permit. The strength of the roof, its state, the "
        "connection to the grid and planning rules are not known.",
    ),
    kind="segmentation",
    score_kind="anchored",
    features=FEATURES,
    needs_one_of=(("latitude",),),
    target=Target(
        "irradiation_kwh_m2",
        Text(fr="soleil d'une année", en="sun of a year"),
        unit="kWh/m2",
        valid=(0, 3000),
        labels=(),
    ),
    score=Anchored(zero=600.0, hundred=1800.0),
    legend=LEGEND,
    accept=Accept(metric="iou", above=0.6),
    units=(FOUND.unit,),
    load=load,
    scene=scene,
    segmentation=FOUND,
    doubts=DOUBTS,
)
