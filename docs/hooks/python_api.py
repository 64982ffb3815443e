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
    """What a package says of itself, what it offers by its own name, and each module besides."""
    place = root / name.replace(".", "/")
    parts = [f"# {name}"]
    homes: list[str] = []
    if place.is_dir():
        tree = ast.parse((place / "__init__.py").read_text(encoding="utf-8"))
        offered, homes = _offered(tree, name)
        parts.append(ast.get_docstring(tree) or "")
        parts += [f"::: {name}.{one}" for one in offered]
    parts += [f"::: {module}" for module in modules if module not in homes]
    return "\n\n".join(parts) + "\n"


def _offered(tree: ast.Module, name: str) -> tuple[list[str], list[str]]:
    """Names that a package offers as its own (``__all__``), and its modules they come from.

    A name is printed where its users find it: ``geoml.contract.Service``, not the room it lies in.
    """
    lists = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ]
    homes = [
        node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{name}.")
    ]
    return (lists[0], [one for one in homes if one]) if lists and homes else ([], [])
