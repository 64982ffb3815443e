"""Trained models as plain files, checked against their manifest; which one serves."""

from geoml.modelstore.store import (
    ModelRef,
    champion,
    champion_key,
    find,
    names,
    open_model,
    own_champion,
    promote,
    save,
)

__all__ = [
    "ModelRef",
    "champion",
    "champion_key",
    "find",
    "names",
    "open_model",
    "own_champion",
    "promote",
    "save",
]
