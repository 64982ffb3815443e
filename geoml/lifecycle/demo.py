"""The demo towns through the ordinary doors: files, ingestion, features, training, edition."""

from __future__ import annotations

from collections.abc import Callable

from geoml import editions
from geoml.areas import area as areas
from geoml.areas.demo.town import Town
from geoml.areas.demo.town import make as make_town
from geoml.areas.ingest import ingest
from geoml.errors import InvalidArgument
from geoml.files import read_json, write_json
from geoml.lifecycle.run import is_current, run
from geoml.paths import Home

TOWNS = ("demo", "demo-coast")
"""The first brings its own surface temperature; the second is "elsewhere" and has none."""
SERVICE = "uhi"


def make(
    home: Home, which: str, *, progress: Callable[[str, float], None] | None = None
) -> tuple[editions.EditionRef, bool]:
    """Bring one demo town up to date; returns its edition and whether it was published now."""
    if which not in TOWNS:
        raise InvalidArgument("no such demo town", expected=", ".join(TOWNS), got=which[:40])
    show = progress or (lambda _label, _share: None)
    show("drawing the town", 0.0)
    folder = home.root / "demo" / which
    town = make_town(which, folder)
    _ingest(home, which, town, lambda label, share: show(label, 0.2 + 0.4 * share))
    current = editions.current(home, SERVICE, which)
    if current is not None and is_current(home, SERVICE, which):
        return current, False
    edition, _ = run(home, SERVICE, which, progress=lambda la, sh: show(la, 0.6 + 0.4 * sh))
    return edition, True


def _ingest(home: Home, which: str, town: Town, show: Callable[[str, float], None]) -> None:
    """Ingest what the town brings, unless exactly these files were ingested already."""
    stamp = home.area(which) / "demo.json"
    if stamp.is_file() and read_json(stamp) == town.signature:
        return
    if which in areas.names(home):
        areas.delete(home, which)
    areas.create(
        home,
        which,
        town.name,
        boundary_file=town.boundary,
        margin_m=town.margin_m,
        synthetic=True,
    )
    label = which == TOWNS[0]
    items = [f"{key}={spec}" for key, spec in town.files.items() if key != "lst" or label]
    ingest(home, which, items, date=town.date, licence="CC0-1.0", progress=show)
    write_json(stamp, town.signature)
