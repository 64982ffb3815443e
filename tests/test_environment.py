"""environment.yml and pyproject.toml name the same packages with the same lower bounds."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CONDA_NAMES = {  # PyPI name -> conda-forge name, where they differ
    "build": "python-build",
    "fastapi": "fastapi-core",
    "playwright": "playwright-python",
    "titiler-core": "titiler-core",
}
CONDA_ONLY = {"python", "pip", "nodejs", "libgdal-jp2openjpeg", "playwright"}


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def split(line):
    name, bounds = re.fullmatch(r"([A-Za-z0-9._-]+)\s*(.*)", line.strip()).groups()
    return normal(name), {part.strip() for part in bounds.split(",") if part.strip()}


def wanted():
    metadata = project()
    lines = list(metadata["dependencies"])
    for extra, more in metadata["optional-dependencies"].items():
        if extra != "all":
            lines += more
    found = {}
    for line in lines:
        name, bounds = split(line.split(";")[0])
        found.setdefault(name, set()).update(bounds)
    return found


def offered():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = dict(split(line) for line in listed if isinstance(line, str))
    pip = dict(split(line) for one in listed if isinstance(one, dict) for line in one["pip"])
    return conda, pip


@pytest.mark.parametrize("name", sorted(wanted()))
def test_every_dependency_is_in_environment_yml(name):
    conda, pip = offered()
    here = conda.get(CONDA_NAMES.get(name, name), pip.get(name))
    assert here is not None, f"{name} is missing from environment.yml"
    assert here == wanted()[name]


def test_environment_yml_holds_nothing_else():
    conda, pip = offered()
    known = {CONDA_NAMES.get(name, name) for name in wanted()} | CONDA_ONLY
    assert set(conda) - known == set()
    assert set(pip) - set(wanted()) == set()


def test_every_dependency_is_pinned_in_the_tested_set():
    text = (ROOT / "constraints.txt").read_text()
    pinned = {normal(line.split("==")[0]) for line in text.splitlines() if "==" in line}
    assert set(wanted()) - pinned == set()


def test_channels_are_conda_forge_alone():
    assert yaml.safe_load((ROOT / "environment.yml").read_text())["channels"] == [
        "conda-forge",
        "nodefaults",
    ]
