"""Pages of the Python API: one a package, in the order of the layers that CI enforces."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path


def pages(root: Path) -> dict[str, str]:
    """``reference/python/NN-package.md`` -> its text; the number keeps the order of the layers."""
    found = packages(root)
    return {
        f"reference/python/{number:02d}-{name}.md": _page(root, name, modules)
        for number, (name, modules) in enumerate(found.items(), 1)
    }


def packages(root: Path) -> dict[str, list[str]]:
    """Package -> its public modules; a single module that is a layer of its own counts as one."""
    found: dict[str, list[str]] = {}
    for layer in layers(root):
        place = root / layer.replace(".", "/")
        if place.with_suffix(".py").is_file():
            found[layer] = [layer]
            continue
        for folder in [place, *sorted(one for one in place.rglob("*") if one.is_dir())]:
            modules = _modules(root, folder)
            # A folder of scripts that a program loads by path (migrations) is no package.
            if modules and (folder / "__init__.py").is_file():
                found[_dotted(root, folder)] = modules
    return found


def layers(root: Path) -> list[str]:
    """Packages from the lowest layer up, as the import contract draws them."""
    config = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]
    contract = next(one for one in config["contracts"] if one["type"] == "layers")
    rows = [[name.strip() for name in row.split("|")] for row in reversed(contract["layers"])]
    return [name for row in rows for name in row]


def _modules(root: Path, folder: Path) -> list[str]:
    files = sorted(folder.glob("*.py"))
    names = [_dotted(root, one.with_suffix("")) for one in files if one.stem != "__init__"]
    return [name for name in names if not name.rpartition(".")[2].startswith("_")]


def _dotted(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).parts)


def _page(root: Path, name: str, modules: list[str]) -> str:
    place = root / name.replace(".", "/")
    source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    told = (
        ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) if place.is_dir() else ""
    )
    parts = [f"# {name}", told or ""]
    parts += [f"::: {module}" for module in modules]
    return "\n\n".join(parts) + "\n"


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
