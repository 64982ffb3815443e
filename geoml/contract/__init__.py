"""What a service is: one frozen declaration that the API, map, report, tests and monitors read.

A service is a folder ``geoml/services/<name>/`` whose ``__init__`` exposes ``SERVICE``, a
``Service``. Nothing else lists services; ``geoml.catalog`` finds them.

Three rooms: ``declared`` holds the pieces of a declaration, ``service`` the declaration itself,
``answers`` what a service provides. Everybody imports from here.
"""

from geoml.contract.answers import Driver, Model, Prediction, Samples, Scene, TargetOf, Train
from geoml.contract.declared import (
    LAYERS,
    Accept,
    Action,
    Anchored,
    Audience,
    Doubt,
    Feature,
    Kind,
    Legend,
    Monotone,
    Part,
    Rule,
    ScoreKind,
    Target,
)
from geoml.contract.service import Service

__all__ = [
    "LAYERS",
    "Accept",
    "Action",
    "Anchored",
    "Audience",
    "Doubt",
    "Driver",
    "Feature",
    "Kind",
    "Legend",
    "Model",
    "Monotone",
    "Part",
    "Prediction",
    "Rule",
    "Samples",
    "Scene",
    "ScoreKind",
    "Service",
    "Target",
    "TargetOf",
    "Train",
]
