"""The demo towns through the ordinary doors: files, ingestion, features, training, editions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from geoml import areas as areas_package
from geoml import catalog, editions, modelstore
from geoml.areas import area as areas
from geoml.areas import cover
from geoml.areas.demo.town import Town
from geoml.areas.demo.town import make as make_town
from geoml.areas.ingest import ingest
from geoml.areas.sources import sources
from geoml.errors import InvalidArgument, NotEnoughData, UnknownModel
from geoml.files import read_json, write_json
from geoml.lifecycle.run import run
from geoml.paths import Home

TOWNS = ("demo", "demo-coast")
"""The first brings its own surface temperature; the second is "elsewhere" and has none."""
LICENCE = "CC0-1.0"


def make(
    home: Home, which: str, *, progress: Callable[[str, float], None] | None = None
) -> tuple[tuple[editions.EditionRef, bool], ...]:
    """Bring one demo town up to date with every service that it can feed.

    Returns each edition, and whether it was published now. Raises NotEnoughData when there is
    no service for the town.
    """
    if which not in TOWNS:
        raise InvalidArgument("no such demo town", expected=", ".join(TOWNS), got=which[:40])
    show = progress or (lambda _label, _share: None)
    stamp = home.area(which) / "demo.json"
    made_by = {"code": _code()}
    if not (stamp.is_file() and read_json(stamp) == made_by):
        show("drawing the town", 0.0)
        town = make_town(which, home.root / "demo" / which)
        _ingest(home, town, lambda label, share: show(label, 0.2 + 0.4 * share))
        write_json(stamp, made_by)
    fed = services_for(home, which)
    if not fed:
        raise NotEnoughData(
            "no service can answer here",
            where=which,
            expected="enough sources, and a label or a model",
            next_step=f"make {TOWNS[0]} first: geoml demo",
        )
    return tuple(
        _publish(home, name, which, _part(show, number, len(fed)))
        for number, name in enumerate(fed)
    )


def _part(show: Callable[[str, float], None], number: int, of: int) -> Callable[[str, float], None]:
    """Progress of one service among several, in the last two fifths of the whole."""
    return lambda label, share: show(label, 0.6 + 0.4 * (number + share) / of)


def services_for(home: Home, area_id: str) -> tuple[str, ...]:
    """Services that an area's sources can feed, with a label of its own or a model from elsewhere.

    Nothing is listed: the declarations of the services say what each needs.
    """
    keys = tuple(sources(home, areas.load(home, area_id)))
    able, labelled = catalog.fed_by(keys, labelled=False), catalog.fed_by(keys)
    return tuple(name for name in able if name in labelled or _has_model(home, name))


def _has_model(home: Home, service: str) -> bool:
    try:
        modelstore.champion(home, service)
    except UnknownModel:
        return False
    return True


def _publish(
    home: Home, service: str, area: str, show: Callable[[str, float], None]
) -> tuple[editions.EditionRef, bool]:
    before = editions.current(home, service, area)
    edition, _ = run(home, service, area, progress=show)
    return edition, edition != before


def _ingest(home: Home, town: Town, show: Callable[[str, float], None]) -> None:
    if town.id in areas.names(home):
        areas.delete(home, town.id)
    areas.create(
        home,
        town.id,
        town.name,
        boundary_file=town.boundary_file,
        crs=town.crs,
        resolution_m=town.resolution_m,
        margin_m=town.margin_m,
        synthetic=True,
    )
    labelled = town.id == TOWNS[0]
    items = [item for item in town.items() if labelled or not item.startswith("lst=")]
    ingest(
        home,
        town.id,
        items,
        date=town.date,
        licence=LICENCE,
        return_period=town.return_period_years,
        progress=show,
    )
    # Drawn whole: ground without a footprint is open country, to the edge of the grid.
    cover.state(home, areas.load(home, town.id), "buildings", None)


def _code() -> str:
    """Hash of the code that draws and ingests the towns: when it changes, they are made again."""
    folder = Path(areas_package.__file__).parent
    text = b"".join(file.read_bytes() for file in sorted(folder.rglob("*.py")))
    return hashlib.sha256(text).hexdigest()
