"""From a picture of an area to the edition of what a network found in it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import geopandas as gpd

from geoml import features, learning, modelstore, vector
from geoml import services as all_services
from geoml.areas.area import Area
from geoml.areas.sources import Source, sources
from geoml.contract import PROBABILITY, Ground, Segmentation, Service
from geoml.errors import NotEnoughData
from geoml.files import sha256
from geoml.lifecycle.exposure import exposure_of_units
from geoml.lifecycle.items import edition_item
from geoml.lifecycle.segment_rasters import copy_known, draw
from geoml.lifecycle.segment_statement import statement, told_of_units
from geoml.lifecycle.segment_units import compared, totals, units_of
from geoml.lifecycle.units import publish_units
from geoml.lifecycle.web import write_web
from geoml.paths import Home
from geoml.raster.cog import read_grid
from geoml.vector.write import write_vector

Progress: TypeAlias = Callable[[str, float], None]
_SCRATCH = "seeing"
KNOWN = "known.parquet"
"""The things that the area knew, each with what was seen of it."""


def plan(
    home: Home, service: Service, found: Segmentation, area: Area, ref: modelstore.ModelRef
) -> dict[str, Any]:
    """What an edition made now would say of itself, as far as its files need not be there.

    Raises NotEnoughData for an area without the picture.
    """
    there = sources(home, area)
    if found.picture not in there:
        raise NotEnoughData(
            "there is no picture to look at",
            where=f"{service.name} in {area.id}",
            expected=f"the source {found.picture}",
            got=f"sources {', '.join(there) or 'none'}",
            next_step=f"geoml ingest {area.id} {found.picture}=FILE",
        )
    used = {key: there[key] for key in _keys(found) if key in there}
    opened = modelstore.open_model(service, ref)
    told = statement(service, found, area, ref, opened.manifest, used)
    return {**told, "kept": _kept(home, found, area), "code": _code(service.name)}


def fetch(home: Home, found: Segmentation, area: Area) -> None:
    """Ask the network for what the service can make use of in an area; raises MissingTool."""
    if found.fetch is not None:
        west, south, east, north = area.grid.lonlat_bounds()
        found.fetch(home.area(area.id), (south + north) / 2, (west + east) / 2)


def fill(
    home: Home,
    service: Service,
    found: Segmentation,
    area: Area,
    ref: modelstore.ModelRef,
    about: dict[str, Any],
    folder: Path,
    show: Progress,
) -> dict[str, Any]:
    """Write the files of an edition into ``folder``; its manifest is ``about`` and what they tell.

    What the network sees is kept in the home's cache until the edition stands, so that a run that
    was killed goes on where it was.
    """
    from geoml.vector.outlines import outlines

    there = sources(home, area)
    seen, spec_threshold = _look(home, service, there[found.picture], area, ref, about, show)
    picture = folder / f"{PROBABILITY}.tif"
    copy_known(seen, picture)
    show("outlines", 0.6)
    shapes = outlines(picture, threshold=spec_threshold, rules=found.rules())
    show("answers", 0.7)
    ground = _ground(home, found, area, picture, there)
    units, told = units_of(home, service, found, area, shapes, ground)
    about["assumptions"] = {**about["assumptions"], **told.get("assumptions", {})}
    columns = {"score": f"{service.name}_score"}
    columns |= {name: name for name in ("lower", "upper", "applicability")}
    layers = {name: units[column].to_numpy(float) for name, column in columns.items()}
    geometries = units.geometry.to_numpy()
    draw(geometries, layers, picture, folder, lambda p: show("drawing", 0.75 + 0.05 * p))
    show("tiles", 0.8)
    about["web"] = write_web(folder, service)
    show("units", 0.95)
    publish_units(service, folder, units)
    about["units"] = {found.unit: len(units)}
    about["totals"] = totals(found, units)
    about["known"] = _compare(home, found, area, units, picture, folder)
    about["exposure"] = exposure_of_units(service, units)
    about["warnings"] = [*about["warnings"], *told_of_units(units), *told.get("warnings", ())]
    edition_item(folder, service, area, about)
    seen.unlink()
    return about


def _compare(
    home: Home,
    found: Segmentation,
    area: Area,
    units: gpd.GeoDataFrame,
    picture: Path,
    folder: Path,
) -> dict[str, int]:
    """Write what the area knew beside what was seen; how many were found, are missing or new."""
    told = compared(home, found, area, units, picture)
    if told is None:
        return {}
    write_vector(folder / KNOWN, told.buildings)
    return told.counts()


def _look(
    home: Home,
    service: Service,
    picture: Source,
    area: Area,
    ref: modelstore.ModelRef,
    about: dict[str, Any],
    show: Progress,
) -> tuple[Path, float]:
    """The raster of what the network sees in the whole picture, and where its classes part."""
    from geoml.learning.segmentation.choice import chosen, open_chosen
    from geoml.learning.segmentation.infer import write_probability
    from geoml.learning.segmentation.spec import Spec

    spec = Spec.of(ref.manifest())
    about["engine"] = chosen(home, spec.sha256).label
    cache = home.cache(service.name, area.id) / _SCRATCH
    seen = cache / f"{picture.sha256[:12]}-{spec.sha256[:12]}-{about['engine']}.tif"
    if not seen.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        show("looking", 0.0)
        write_probability(
            open_chosen(home, ref.folder)[1],
            spec,
            picture.path,
            seen,
            progress=lambda label, p: show(label, 0.6 * p),
            resume_dir=cache / "strips",
            ortho_sha256=picture.sha256,
        )
    about["gsd_m"] = round(read_grid(seen).pixel_x, 4)
    return seen, spec.threshold


def _ground(
    home: Home, found: Segmentation, area: Area, picture: Path, there: Mapping[str, Source]
) -> Ground:
    west, south, east, north = read_grid(picture).lonlat_bounds()
    layers = {key: there[key].path for key in found.beside if key in there}
    return Ground((south + north) / 2, (west + east) / 2, layers, home.area(area.id))


def _kept(home: Home, found: Segmentation, area: Area) -> dict[str, str]:
    """The hashes of the files in the area's folder that answers rest on."""
    paths = {name: home.area(area.id) / name for name in found.kept}
    return {name: sha256(path) for name, path in paths.items() if path.is_file()}


def _keys(found: Segmentation) -> tuple[str, ...]:
    """Every source that an edition may be made from."""
    return tuple(key for key in (found.picture, *found.beside, found.known) if key)


@cache
def _code(service: str) -> str:
    """Hash of the code that sees, outlines and answers: when it changes, editions are stale."""
    folders = [
        Path(learning.__file__).parent / "segmentation",
        Path(vector.__file__).parent / "outlines",
        Path(features.__file__).parent,
        Path(str(sys.modules[f"{all_services.__name__}.{service}"].__file__)).parent,
    ]
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
