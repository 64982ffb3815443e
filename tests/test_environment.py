"""environment.yml and pyproject.toml name the same packages with the same lower bounds."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CONDA_NAMES = {  # PyPI name -> conda-forge name, where they differ
    "brotli": "brotli-python",
    "build": "python-build",
    "fastapi": "fastapi-core",
    "matplotlib": "matplotlib-base",
    "playwright": "playwright-python",
    "torch": "pytorch",
}
CONDA_ONLY = {"python", "pip", "nodejs", "libgdal-jp2openjpeg", "playwright"}


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def extras():
    """Every extra that names packages; ``all`` only names other extras."""
    return {
        name: more for name, more in project()["optional-dependencies"].items() if name != "all"
    }


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def split(line):
    name, bounds = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?\s*(.*)", line.strip()).groups()
    return normal(name), {part.strip() for part in bounds.split(",") if part.strip()}


def wanted(*names):
    """The packages of the library and of these extras (of all of them when none is named)."""
    found = {}
    for line in [*project()["dependencies"], *(x for e in names or extras() for x in extras()[e])]:
        name, bounds = split(line.split(";")[0])
        found.setdefault(name, set()).update(bounds)
    return found


def offered(text):
    listed = yaml.safe_load(text)["dependencies"]
    conda = dict(split(line) for line in listed if isinstance(line, str))
    pip = dict(split(line) for one in listed if isinstance(one, dict) for line in one["pip"])
    return conda, pip


def part(*names):
    """What make gives to conda for these extras."""
    command = ["sh", str(ROOT / ".ci" / "conda.sh"), ",".join(names)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", sorted(wanted()))
def test_every_dependency_is_in_environment_yml(name):
    conda, pip = offered((ROOT / "environment.yml").read_text())
    here = conda.get(CONDA_NAMES.get(name, name), pip.get(name))
    assert here is not None, f"{name} is missing from environment.yml"
    assert here == wanted()[name]


def test_environment_yml_holds_nothing_else():
    conda, pip = offered((ROOT / "environment.yml").read_text())
    known = {CONDA_NAMES.get(name, name) for name in wanted()} | CONDA_ONLY
    assert set(conda) - known == set()
    assert set(pip) - set(wanted()) == set()


@pytest.mark.parametrize("extra", sorted(extras()))
def test_the_part_of_an_extra_holds_what_it_needs_and_no_more(extra):
    # What two extras share (LightGBM, pmtiles) stands once, in [serve], which every part has.
    conda, pip = offered(part("serve", extra))
    needed = {CONDA_NAMES.get(name, name) for name in wanted("serve", extra)}
    assert (set(conda) | set(pip)) - CONDA_ONLY == needed - CONDA_ONLY


def test_the_demo_installs_no_torch_and_no_empty_pip_list():
    text = part("serve", "learn")
    conda, _ = offered(text)
    assert "pytorch" not in conda
    assert "pip:" not in text.replace("- pip\n", "")


def test_every_dependency_is_pinned_in_the_tested_set():
    text = (ROOT / "constraints.txt").read_text()
    pinned = {normal(line.split("==")[0]) for line in text.splitlines() if "==" in line}
    assert set(wanted()) - pinned == set()


def test_the_tested_set_fits_the_bounds_and_names_no_index():
    from packaging.requirements import Requirement

    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    assert "--" not in text
    pins = {normal(n): v for n, _, v in (x.partition("==") for x in text.splitlines()) if v}
    lines = [*project()["dependencies"], *(line for more in extras().values() for line in more)]
    for requirement in map(Requirement, lines):
        assert requirement.specifier.contains(pins[normal(requirement.name)]), requirement


def test_all_means_every_extra_but_the_tools_of_development():
    (line,) = project()["optional-dependencies"]["all"]
    named = set(re.fullmatch(r"geoml\[(.*)\]", line).group(1).split(","))
    assert named == set(extras()) - {"dev"}


def test_channels_are_conda_forge_alone():
    assert yaml.safe_load((ROOT / "environment.yml").read_text())["channels"] == [
        "conda-forge",
        "nodefaults",
    ]
