"""Folders of services made for one test, found as if they were installed."""

import shutil
import sys
from pathlib import Path

import pytest

from geoml import services
from geoml.catalog.services import _found


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder beside ``geoml/services`` whose folders are services too; gone after the test."""
    root = tmp_path / "services"
    root.mkdir()
    monkeypatch.setattr(services, "__path__", [*services.__path__, str(root)])
    before = set(sys.modules)
    _found.cache_clear()
    yield root
    monkeypatch.undo()
    for name in set(sys.modules) - before:
        if name.startswith("geoml.services."):
            vars(services).pop(name.split(".")[2], None)
            del sys.modules[name]
    _found.cache_clear()


@pytest.fixture
def copy(shelf, service_name):
    """Copy a working service under another name, with some of its text replaced."""
    working = Path(next(iter(services.__path__))) / service_name

    def make(name, **replaced):
        folder = shelf / name
        shutil.copytree(working, folder, ignore=shutil.ignore_patterns("__pycache__"))
        for stem, (old, new) in replaced.items():
            file = folder / f"{stem}.py"
            text = file.read_text()
            assert old in text
            file.write_text(text.replace(old, new, 1))
        _found.cache_clear()
        return folder

    return make
