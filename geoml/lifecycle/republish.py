"""An edition again in the newest format: the same answers, with the files that it lacked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from geoml import catalog, editions
from geoml.areas.area import load
from geoml.catalog.derived import CELLS_INDEX, FEATURES, FEATURES_INDEX, TILES, UNITS
from geoml.catalog.sections import sections
from geoml.contract import Service
from geoml.editions import EditionRef
from geoml.lifecycle.items import edition_item
from geoml.lifecycle.rasters import INPUTS, TARGET
from geoml.lifecycle.units import publish_units
from geoml.lifecycle.web import write_web
from geoml.paths import Home
from geoml.vector.cells import write_cells_index
from geoml.vector.fragments import hilbert_order
from geoml.vector.read import read_frame

_OF_UNITS = {FEATURES, FEATURES_INDEX, TILES}


def measured(service: Service) -> tuple[str, ...]:
    """Files that were computed with the model; everything else is made from them."""
    return tuple(f"{name}.tif" for name in (*service.layers, TARGET, INPUTS))


def lacking(edition: EditionRef) -> tuple[str, ...]:
    """Files of the newest format that an edition has not, sorted."""
    there = set(edition.manifest()["files"])
    cells = {CELLS_INDEX} if _has_cells(catalog.get(edition.service)) else set()
    wanted = cells | (_OF_UNITS if UNITS in there else set())
    return tuple(sorted(wanted - there))


def republish(
    home: Home, name: str, area_id: str, *, force: bool = False
) -> tuple[EditionRef | None, bool]:
    """Publish the edition that is served again, in the newest format; no model is asked.

    Rasters with the answers are taken over as they are, after they were checked against their
    sha256; tiles, tables and indexes are made again. Where nothing is lacking the edition stays,
    unless ``force``. Returns the edition that is served now (None where there is none), and
    whether it is a new one.

    Raises:
        CorruptFile: A file is not the one that was published.
        Busy: Somebody else publishes there.
    """
    service, area = catalog.get(name), load(home, area_id)
    old = editions.current(home, name, area_id)
    if old is None or (not force and not lacking(old)):
        return old, False
    old.verify()
    about = old.manifest()

    def fill(folder: Path) -> dict[str, Any]:
        for file in measured(service):
            if file in about["files"]:
                _take(old.folder / file, folder / file)
        about["web"] = write_web(folder, service)
        if UNITS in about["files"]:
            publish_units(service, folder, hilbert_order(read_frame(old.folder / UNITS)))
        if _has_cells(service):
            about["cells"] = write_cells_index(folder / CELLS_INDEX, folder / "score.tif")
        edition_item(folder, service, area, about)
        return about

    return editions.publish(home, name, area_id, fill), True


def _has_cells(service: Service) -> bool:
    return any(one.kind == "cells" for one in sections(service))


def _take(source: Path, target: Path) -> None:
    """The same file under a second name: editions never change, so both may share it."""
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)
