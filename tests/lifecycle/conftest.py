"""A town that a test may change, and towns made from some of its files."""

import shutil

import pytest

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.paths import Home


@pytest.fixture
def home(town, tmp_path):
    """A copy of the town's home, to be changed."""
    shutil.copytree(town.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def add(little):
    """Make an area in a home, with some of the files of the tiny town."""

    def add(home, area, keys):
        areas.create(home, area, area.title(), bbox=little.bbox)
        ingest(home, area, [f"{key}={little.files[key]}" for key in keys], date="2025-07-20")

    return add
