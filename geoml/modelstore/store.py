"""Where models lie, how they are checked, and the one file that says which serves.

``$GEOML_HOME/models/<service>/<version>/`` holds what a town trains, the same shape in the
packaged ``models/<service>/<version>/`` holds what ships with geoml. A version is immutable.
``champion.json`` answers "which model serves?": one version for the service, and one per area
where an area has its own. Where it names none for the service, the newest packaged model serves.

A *frozen* model (``frozen`` is true in its manifest) learned nothing: its numbers come from the
literature, so it holds anywhere. Its manifest says what every manifest says (``champion``,
``features_used``, ``interval_level``, ``metrics``, ``quantity``, ``reference``, ``synthetic``,
``warnings``) and no ``areas``, ``born``, ``dates`` or ``support_m``: it answers cell by cell. One
that was trained where a label is may be frozen too, when nothing learned was better.
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoml.areas.area import Area
from geoml.contract import Model, Service
from geoml.errors import UnknownModel
from geoml.files import alone, read_json, settle, sha256, staging, verify, write_json
from geoml.paths import Home, packaged_models

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,63}")
MANIFEST = "manifest.json"
POINTER = "champion.json"
_DIGITS = re.compile(r"(\d+)")
_STALE_S = 86_400.0
_EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model that exists: its service, its version and its folder."""

    service: str
    version: str
    folder: Path

    @property
    def id(self) -> str:
        """``service@version``."""
        return f"{self.service}@{self.version}"

    def manifest(self) -> dict[str, Any]:
        """The manifest, as written at training."""
        document: dict[str, Any] = read_json(self.folder / MANIFEST)
        return document


def save(
    home: Home, service: str, version: str, fill: Callable[[Path], dict[str, Any]]
) -> ModelRef:
    """Let ``fill`` write the model's files into a folder, seal them, publish at one stroke.

    ``fill`` returns the manifest; the sha256 of every file it wrote is added.
    """
    shelf = home.models(service)
    final = shelf / _checked(version)
    with staging(shelf, version) as folder:
        manifest = fill(folder)
        files = {file.name: sha256(file) for file in sorted(folder.iterdir())}
        write_json(folder / MANIFEST, {**manifest, "version": version, "files": files, "format": 1})
        with alone(shelf, wait=True):
            _sweep(shelf)
            if not final.exists():  # a version names its inputs: the other process trained the same
                settle(folder, final)
    return ModelRef(service, version, final)


def _sweep(shelf: Path) -> None:
    """Remove what trainings and promotions left that were killed more than a day ago."""
    for left_over in shelf.glob(".*-*"):
        if time.time() - left_over.stat().st_mtime < _STALE_S:
            continue
        if left_over.is_dir():
            shutil.rmtree(left_over, ignore_errors=True)
        else:
            left_over.unlink(missing_ok=True)


def names(home: Home, service: str) -> tuple[ModelRef, ...]:
    """Every model of a service, the home's own and the packaged ones, oldest version first."""
    refs: dict[str, ModelRef] = {}
    for root in (packaged_models(service), home.models(service)):
        for manifest in root.glob(f"[!.]*/{MANIFEST}"):
            version = manifest.parent.name
            refs[version] = ModelRef(service, version, manifest.parent)
    return tuple(refs[version] for version in sorted(refs))


def find(home: Home, service: str, version: str) -> ModelRef:
    """One model by version; raises UnknownModel."""
    for root in (home.models(service), packaged_models(service)):
        folder = root / _checked(version)
        if (folder / MANIFEST).is_file():
            return ModelRef(service, version, folder)
    known = ", ".join(ref.version for ref in names(home, service)) or "none"
    raise UnknownModel("no such model", where=f"{service}@{version}", expected=f"one of: {known}")


def promote(
    home: Home,
    ref: ModelRef,
    *,
    area: str | None = None,
    everywhere: bool = False,
    chosen: bool = False,
) -> None:
    """Make a model the champion of an area, of the service, or both; one atomic rename.

    ``area`` is a ``champion_key``, here and below.
    The first model of a service becomes its champion whatever is asked, so that there is one,
    unless one ships with geoml.
    ``chosen`` says that a person wants it there, whatever is trained later; ``is_chosen`` tells.
    """
    path = home.models(ref.service) / POINTER
    with alone(path.parent, wait=True):
        pointer = _pointer(path)
        places = set() if area is None else {area}
        if area is not None:
            pointer["areas"][area] = ref.version
        alone_here = not pointer["version"] and _packaged(ref.service) is None
        if everywhere or area is None or alone_here:
            pointer["version"] = ref.version
        if everywhere or area is None:
            places.add(_EVERYWHERE)
        kept = set(pointer["chosen"]) - places
        pointer["chosen"] = sorted(kept | places if chosen else kept)
        write_json(path, {**pointer, "format": 1})


def is_chosen(home: Home, service: str, area: str | None = None) -> bool:
    """Whether a person chose the champion of an area, or (None) the service's."""
    return (area or _EVERYWHERE) in _pointer(home.models(service) / POINTER)["chosen"]


def champion_key(area: Area) -> str:
    """Under which name an area's own model is kept: an area made again inherits none."""
    return f"{area.id}@{area.born}" if area.born else area.id


def own_champion(home: Home, service: str, area: str) -> ModelRef | None:
    """The model that serves one area because it was made its own, or None."""
    version = _pointer(home.models(service) / POINTER)["areas"].get(area)
    return find(home, service, version) if version else None


def champion(home: Home, service: str, area: str | None = None) -> ModelRef:
    """The model that serves: the area's own, else the service's, else the newest packaged one.

    Raises UnknownModel.
    """
    pointer = _pointer(home.models(service) / POINTER)
    version = pointer["areas"].get(area) if area else None
    version = version or pointer["version"]
    if version:
        return find(home, service, version)
    left = _packaged(service) or next(reversed(names(home, service)), None)
    if left is not None:
        return left
    raise UnknownModel(
        "no model is trained yet",
        where=service,
        next_step=f"run: geoml train {service} --area AREA",
    )


def serving(home: Home, service: str, area: str | None = None) -> ModelRef | None:
    """The champion, or None where no model is there yet, or the one pointed at is gone."""
    try:
        return champion(home, service, area)
    except UnknownModel:
        return None


def open_model(service: Service, ref: ModelRef) -> Model:
    """Check every file of a model against its manifest, then load it."""
    manifest = ref.manifest()
    step = f"train {ref.service} again, or promote another version"
    verify(ref.folder, manifest["files"], next_step=step)
    return service.load(ref.folder, manifest)


def is_frozen(manifest: Mapping[str, Any]) -> bool:
    """Whether a model learned nothing, and so holds anywhere."""
    return manifest.get("frozen") is True


def is_synthetic(manifest: Mapping[str, Any]) -> bool:
    """Whether a model learned from made-up data; one that learned nothing did not."""
    return bool(manifest.get("synthetic")) and not is_frozen(manifest)


def _packaged(service: str) -> ModelRef | None:
    """The newest of the models that ship with geoml for a service: 10 is newer than 9."""
    found = [manifest.parent for manifest in packaged_models(service).glob(f"[!.]*/{MANIFEST}")]
    if not found:
        return None
    newest = max(found, key=lambda folder: _natural(folder.name))
    return ModelRef(service, newest.name, newest)


def _natural(version: str) -> list[tuple[int, str]]:
    parts = _DIGITS.split(version)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _pointer(path: Path) -> dict[str, Any]:
    document = read_json(path) if path.is_file() else {}
    return {
        "version": document.get("version"),
        "areas": dict(document.get("areas", {})),
        "chosen": list(document.get("chosen", [])),
    }


def _checked(version: str) -> str:
    if _VERSION.fullmatch(version):
        return version
    raise UnknownModel("not a model version", where=repr(version)[:80])
