"""Immutable published results: build aside, publish at one stroke, point, roll back."""

from geoml.editions.store import (
    EditionRef,
    all_of,
    current,
    find,
    point,
    publish,
    rollback,
)

__all__ = ["EditionRef", "all_of", "current", "find", "point", "publish", "rollback"]
