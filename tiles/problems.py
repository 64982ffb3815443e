"""What an error may say to a client: no path of the server, no command of its operator."""

from __future__ import annotations

import re
from collections.abc import Mapping

from geoml.errors import GeomlError

_COMMAND = re.compile(r"\b(?:geoml|make|pip) [a-z-]")
_PATH = re.compile(r"(?:^|[\s='\"(])/\w")


def public(error: GeomlError, steps: Mapping[type[GeomlError], str] | None = None) -> GeomlError:
    """The error as a client may read it.

    A part that holds a path is left out; a next step that is a command becomes what ``steps``
    says of this type of error, else nothing.
    """
    parts = (error.where, error.expected, error.got)
    where, expected, got = ("" if _PATH.search(part) else part for part in parts)
    step = error.next_step
    if _COMMAND.search(step) or _PATH.search(step):
        step = (steps or {}).get(type(error), "")
    return type(error)(error.what, where=where, expected=expected, got=got, next_step=step)
