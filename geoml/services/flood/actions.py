"""What a town can try out on its ground against rain that ponds; neither touches the river.

Imperviousness, curve number and runoff tell one story three times: each action changes all that
it must, so that the story stays one. Only what is known changes, and never for the worse.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from geoml.contract import Action
from geoml.features.curve_number import LAWN, SEALED
from geoml.features.runoff import STORM_MM, runoff_depth
from geoml.types import Array, Features, Mask, Text

from .runoff import curve_number_of

_LEAST_CN = 1.0


def unsealing(features: Features, amount: float) -> Features:
    """``amount`` (share of the ground, 0..1) of sealed ground becomes lawn, as far as there is any.

    Curve number and runoff follow by TR-55's composite curve number. Where the share of sealed
    ground is unknown, nothing can be taken away from it and nothing changes.
    """
    sealed = features.get("imperviousness")
    if sealed is None:
        return features
    known = np.isfinite(sealed)
    gone = np.where(known, np.clip(sealed, 0.0, min(amount, 1.0)), 0.0)
    less = np.where(known, sealed - gone, sealed)
    fall = (SEALED - LAWN) * gone

    def lower(curve_number: Array) -> Array:
        return np.maximum(curve_number - fall, np.minimum(curve_number, _LEAST_CN))

    return _changed(features, gone > 0, {"imperviousness": less, **_drier(features, lower)})


def retention(features: Features, amount: float) -> Features:
    """``amount`` (mm) of the storm is held back where it falls: basins, green roofs, swales.

    Runoff falls by it, to 0 at the least, and the curve number to the one that leaves so little.
    """

    def lower(curve_number: Array) -> Array:
        runoff = runoff_depth(STORM_MM, np.maximum(curve_number, _LEAST_CN))
        left = np.maximum(runoff - amount, 0.0)
        return np.minimum(curve_number_of(STORM_MM, left), curve_number)

    new = _drier(features, lower)
    return _changed(features, np.asarray(amount > 0.0), new)


def _drier(features: Features, lower: Callable[[Array], Array]) -> dict[str, Array]:
    """Curve number and runoff after the curve number fell by ``lower``; those that are given."""
    found = {}
    if (given := features.get("curve_number")) is not None:
        found["curve_number"] = lower(given)
    if (given := features.get("runoff_50mm")) is not None:
        runoff = runoff_depth(STORM_MM, lower(curve_number_of(STORM_MM, given)))
        found["runoff_50mm"] = np.minimum(runoff, given)
    return found


def _changed(features: Features, where: Mask, new: Features) -> Features:
    """The features with some of them replaced where the action reaches, dtypes kept."""
    told = {n: np.where(where, v, features[n]).astype(features[n].dtype) for n, v in new.items()}
    return {**features, **told}


ACTIONS = (
    Action(
        "unsealing",
        Text(fr="Désimperméabiliser", en="Unseal the ground"),
        unit="1",
        valid=(0.0, 1.0),
        changes=("imperviousness", "curve_number", "runoff_50mm"),
        apply=unsealing,
    ),
    Action(
        "retention",
        Text(fr="Retenir l'eau de pluie", en="Hold rainwater back"),
        unit="mm",
        valid=(0.0, STORM_MM),
        changes=("curve_number", "runoff_50mm"),
        apply=retention,
    ),
)
