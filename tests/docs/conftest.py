"""The site, built once, strictly, as ``make docs`` does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOOKS = ROOT / "docs" / "hooks"


@pytest.fixture
def hook(monkeypatch):
    """A module of ``docs/hooks`` by name; MkDocs imports them in the same way."""
    from importlib import import_module

    monkeypatch.syspath_prepend(str(HOOKS))
    return import_module


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Folder of the built site; a warning of MkDocs fails the build."""
    for needed in ("mkdocs", "material", "mkdocstrings_handlers.python", "latex2mathml"):
        pytest.importorskip(needed, reason="pip install 'geoml[docs]'")
    folder = tmp_path_factory.mktemp("site") / "site"
    # Not -q: it drops the warnings before --strict counts them.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "default"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
