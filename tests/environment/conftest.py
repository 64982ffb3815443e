"""A real virtual environment that is this one, less or more something."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


class Other:
    """A virtual environment whose packages are links to those that run the tests."""

    def __init__(self, folder: Path) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        self.python = folder / "bin" / "python"
        self.elsewhere = folder.parent
        found = subprocess.check_output(
            [self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
        )
        self.packages = Path(found.strip())
        for one in Path(sysconfig.get_path("purelib")).iterdir():
            link = self.packages / one.name
            if not link.exists():
                link.symlink_to(one)
        (self.packages / "checkout.pth").write_text(f"{ROOT}\n")

    def remove(self, name: str) -> None:
        """Take a package away, with its metadata."""
        links = [*self.packages.glob(name), *self.packages.glob(f"{name}-*.dist-info")]
        assert links, f"{name} is not here"
        for link in links:
            link.unlink()

    def replace(self, name: str, code: str) -> None:
        """Put other code in the place of a package; its metadata stay."""
        (self.packages / name).unlink()
        (self.packages / name).mkdir()
        (self.packages / name / "__init__.py").write_text(code)

    def claim(self, name: str, version: str) -> None:
        """Let a package say that it has another version."""
        (link,) = self.packages.glob(f"{name}-*.dist-info")
        files = {one.name: one.read_text() for one in link.iterdir() if one.is_file()}
        link.unlink()
        link.mkdir()
        lines = files["METADATA"].splitlines()
        files["METADATA"] = "\n".join(
            f"Version: {version}" if line.startswith("Version:") else line for line in lines
        )
        for file, text in files.items():
            (link / file).write_text(text)

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run this environment's Python, outside the checkout."""
        return subprocess.run(
            [self.python, *words],
            capture_output=True,
            text=True,
            cwd=self.elsewhere,
            env={**os.environ, **env},
            timeout=240,
        )


@pytest.fixture
def other(tmp_path):
    if os.environ.get("CONDA_PREFIX", "") and sys.prefix.startswith(os.environ["CONDA_PREFIX"]):
        pytest.skip("conda's libraries are found from its own prefix, not from a copy's")
    return Other(tmp_path / "other")
