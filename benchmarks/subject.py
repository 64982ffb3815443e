"""What is measured: which service, and the folder that is kept between runs."""

from __future__ import annotations

import os
from pathlib import Path

from geoml import catalog
from geoml.catalog import audience
from geoml.contract import Service

CACHE = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "geoml-bench"


def service() -> Service:
    """The first service whose layers and units everybody may see: no token is in the way."""
    every = map(catalog.get, catalog.names())
    return next(one for one in every if audience.of_units(one) == "public" and not one.staff)
