"""The declaration of the flood service; its science is in ``method.md``."""

from __future__ import annotations

from geoml.contract import Accept, Anchored, Doubt, Legend, Part, Rule, Service, Target
from geoml.types import Text

from .actions import ACTIONS
from .inputs import FEATURES
from .scene import scene
from .target import target_of
from .training import load, train

LEGEND = Legend(
    edges=(0, 20, 40, 60, 80, 100),
    colours=("#eff3ff", "#bdd7e7", "#6baed6", "#2f7ebc", "#08306b"),
    labels=(
        Text(fr="Très faible", en="Very low"),
        Text(fr="Faible", en="Low"),
        Text(fr="Moyen", en="Medium"),
        Text(fr="Fort", en="High"),
        Text(fr="Très fort", en="Very high"),
    ),
)

PARTS = (
    Part(
        "fluvial",
        Text(fr="Débordement de cours d'eau", en="River overflow"),
        Text(
            fr="L'eau d'une rivière ou d'un ruisseau qui sort de son lit.",
            en="Water of a river or a brook that leaves its bed.",
        ),
    ),
    Part(
        "pluvial",
        Text(fr="Ruissellement et eaux stagnantes", en="Runoff and ponding"),
        Text(
            fr="L'eau d'un orage (50\u00a0mm) qui ruisselle et stagne dans les creux.",
            en="Water of a storm (50\u00a0mm) that runs off and stands in hollows.",
        ),
    ),
)

NO_HEIGHT = Doubt(
    "no_height",
    ("hand", "gfi", "water_depth"),
    Text(
        fr="La hauteur au-dessus du cours d'eau n'est pas connue ici : seules la distance et "
        "l'altitude répondent pour la rivière, et l'intervalle est large.",
        en="The height above the watercourse is not known here: distance and elevation alone "
        "answer for the river, and the interval is wide.",
    ),
)

SERVICE = Service(
    name=__package__.rpartition(".")[2],  # the folder names the service, in every URL too
    title=Text(fr="Aléa d'inondation", en="Flood hazard"),
    summary=Text(
        fr="À quel point la forme du terrain expose un lieu à l'eau, des rivières qui débordent ou "
        "de l'orage qui ruisselle : la plus forte des deux causes. 0 : très peu ; 100 : le plus.",
        en="How much the lie of the land exposes a place to water, from rivers that overflow or "
        "from rain that runs off: the stronger of the two causes. 0: hardly; 100: most.",
    ),
    is_not=Text(
        fr="Ce n'est pas un document réglementaire (ni un PPRI), ni une prévision de crue. Les "
        "inondations par la mer, les digues, les barrages et les réseaux d'égouts n'y sont pas.",
        en="It is not a regulatory document, nor a flood forecast. Floods from the sea, dykes, "
        "dams and sewers are not in it.",
    ),
    kind="tabular",
    score_kind="index",
    features=FEATURES,
    needs_one_of=(
        ("hand", "gfi", "river_distance"),
        ("sink_depth", "runoff_50mm", "curve_number", "imperviousness", "twi", "slope"),
    ),
    input_sets=(("elevation", "river_distance", "imperviousness"),),
    target=Target(
        "flood_hazard",
        Text(fr="aléa d'inondation", en="flood hazard"),
        unit="1",
        valid=(0, 1),
        labels=("flood_depth", "flood_extent"),
    ),
    score=Anchored(zero=0.0, hundred=1.0),
    legend=LEGEND,
    accept=Accept(
        metric="csi",
        above=0.4,
        rules=(Rule("hand", "down"), Rule("gfi", "up")),
        balance="hand",
        apart="catchment",
    ),
    units=("buildings", "zones"),
    train=train,
    load=load,
    scene=scene,
    target_of=target_of,
    staff=frozenset({"buildings"}),
    parts=PARTS,
    carried=("hand", "water_depth"),
    actions=ACTIONS,
    doubts=(NO_HEIGHT,),
)
