"""The packages that geoml asks for, extra by extra, and what is installed of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path, PurePosixPath

from geoml.environment.children import Answer
from geoml.environment.finding import Finding, State

DEMO = ("", "serve", "learn")
"""The library itself and the extras that the demo runs on."""

IMPORTED = (*DEMO, "deep")
"""What is imported to see whether it works; of tools the version is enough."""


@dataclass(frozen=True, slots=True)
class Package:
    """A declared requirement; ``extras`` that ask for it, "" being the library itself."""

    name: str
    bounds: str
    extras: tuple[str, ...]
    version: str = ""
    module: str = ""
    folder: str = field(default="", compare=False)


def packages() -> tuple[Package, ...]:
    """Every package that the installed geoml declares, with what is there of it.

    Raises importlib.metadata.PackageNotFoundError when geoml is on the path but not installed.
    """
    wanted: dict[str, tuple[str, list[str]]] = {}
    for line in metadata.requires("geoml") or ():
        name, bounds, extra = _parsed(line)
        if name != "geoml" and extra != "all":
            wanted.setdefault(name, (bounds, []))[1].append(extra)
    return tuple(
        _installed(Package(name, bounds, tuple(extras)))
        for name, (bounds, extras) in sorted(wanted.items())
    )


def in_use(found: Sequence[Package]) -> frozenset[str]:
    """The extras that count as installed: the demo's, and those with most of their packages.

    Some of an extra's packages come along with others; more than half do not.
    """
    used = set(DEMO)
    for extra in {extra for one in found for extra in one.extras}:
        members = [bool(one.version) for one in found if extra in one.extras]
        if 2 * sum(members) > len(members):
            used.add(extra)
    return frozenset(used)


def judged(one: Package, used: frozenset[str], tried: Mapping[str, Answer]) -> Finding:
    """What to think of a package: there, within its bounds, importable and not shadowed."""
    answer = tried.get(one.module, Answer()) if one.module else Answer()
    wanted = [extra for extra in one.extras if extra in used]
    where = next(iter(wanted or one.extras))
    install = f"pip install 'geoml[{where}]'" if where else "pip install geoml"
    state: State = "ok"
    got = one.version
    if not one.version:
        state = "missing" if wanted else "absent"
    elif not within(one.version, one.bounds):
        state = "outdated"
        install = f"pip install '{one.name}{one.bounds}'"
    elif answer.broken:
        state, got = "broken", f"{one.version}, {answer.broken}"
        install = f"pip install --force-reinstall '{one.name}=={one.version}'"
    elif answer.file and not _inside(Path(answer.file), Path(one.folder)):
        state, got = "broken", f"{one.version}, shadowed by {answer.file}"
        install = f"rename or remove {answer.file}"
    step = install if state not in ("ok", "absent") else ""
    return Finding("package", one.name, state, got, one.bounds, one.extras, step)


def _inside(file: Path, folder: Path) -> bool:
    """Whether a module lies in its distribution's folder, by its name or behind links."""
    return file.is_relative_to(folder) or file.resolve().is_relative_to(folder.resolve())


def within(version: str, bounds: str) -> bool:
    """Whether a version satisfies bounds such as ``>=1,<2``.

    True when it cannot be told, because ``packaging`` is itself missing or broken.
    """
    try:
        from packaging.specifiers import SpecifierSet
    except ImportError:
        return True
    return SpecifierSet(bounds).contains(version, prereleases=True)


def _parsed(line: str) -> tuple[str, str, str]:
    requirement, _, marker = line.partition(";")
    match = re.match(r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^]]*\])?\s*\(?([^)]*)\)?", requirement)
    if match is None:
        raise ValueError(f"not a requirement: {line!r}")
    extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", marker)
    bounds = ",".join(sorted(match[2].replace(" ", "").strip(",").split(","), reverse=True))
    return match[1], bounds, extra[1] if extra else ""


def _installed(one: Package) -> Package:
    try:
        found = metadata.distribution(one.name)
    except metadata.PackageNotFoundError:
        return one
    # A folder left behind by an interrupted installation has no version.
    version = str((found.metadata.get_all("Version") or ("",))[0])
    folder = str(found.locate_file(""))
    wanted = any(extra in IMPORTED for extra in one.extras)
    module = _module(one.name, found) if wanted else ""
    return Package(one.name, one.bounds, one.extras, version, module, folder)


def _module(name: str, found: metadata.Distribution) -> str:
    """What to import of a distribution: its shallowest package, the one named alike first."""
    alike = name.lower().replace("-", "_")
    paths = [PurePosixPath(str(path)) for path in found.files or ()]
    folders = [path.parent for path in paths if path.name == "__init__.py"]
    folders = [folder for folder in folders if folder.parts[0] != ".."]
    if not folders:
        return ""  # type stubs, or a program in a wheel
    depth = min(len(folder.parts) for folder in folders)
    names = sorted(".".join(folder.parts) for folder in folders if len(folder.parts) == depth)
    return alike if alike in names else names[0]
