"""What a service is: one frozen declaration that the API, map, report, tests and monitors read.

A service is a folder ``geoml/services/<name>/`` whose ``__init__`` exposes ``SERVICE``, a
``Service``. Nothing else lists services; ``geoml.catalog`` finds them.

Four rooms: ``declared`` holds the pieces of a declaration, ``segmentation`` those of a service that
looks at pictures, ``service`` the declaration itself, ``answers`` what a service provides.
Everybody imports from here.
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
from geoml.contract.segmentation import (
    OF_OUTLINES,
    PROBABILITY,
    AnswersOf,
    Column,
    Ground,
    Segmentation,
)
from geoml.contract.service import Service

__all__ = [
    "LAYERS",
    "OF_OUTLINES",
    "PROBABILITY",
    "Accept",
    "Action",
    "Anchored",
    "AnswersOf",
    "Audience",
    "Column",
    "Doubt",
    "Driver",
    "Feature",
    "Ground",
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
    "Segmentation",
    "Service",
    "Target",
    "TargetOf",
    "Train",
]
