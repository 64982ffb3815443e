"""Trained models as plain files, checked against their manifest; which one serves."""

from geoml.modelstore.store import (
    POINTER,
    ModelRef,
    champion,
    champion_key,
    find,
    is_chosen,
    is_frozen,
    is_synthetic,
    names,
    open_model,
    own_champion,
    promote,
    save,
    serving,
)

__all__ = [
    "POINTER",
    "ModelRef",
    "champion",
    "champion_key",
    "find",
    "is_chosen",
    "is_frozen",
    "is_synthetic",
    "names",
    "open_model",
    "own_champion",
    "promote",
    "save",
    "serving",
]
