"""Processor, memory, disk, text encoding: what the machine gives to this process."""

from __future__ import annotations

import errno
import locale
import os
import platform
import shutil
import socket
import sys
import tempfile
from pathlib import Path

from geoml.environment.finding import Finding
from geoml.errors import InvalidArgument
from geoml.paths import Home

_GIB = 1 << 30
LEAST_DISK = 2 * _GIB
LEAST_MEMORY = 4 * _GIB


def machine(port: int = 8000) -> list[Finding]:
    """What this machine offers; a failure where the demo could not be written."""
    return [
        Finding("machine", "python", "ok", f"{platform.python_version()} in {sys.prefix}"),
        Finding("machine", "system", "ok", f"{platform.system()} {platform.machine()}"),
        _processors(),
        _memory(),
        *_disk(),
        _encoding(),
        _port(port),
    ]


def _processors() -> Finding:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    quota = cgroup_cpus()
    told = f"{usable} usable" + (f", limited to {quota:g} by a control group" if quota else "")
    return Finding("machine", "processors", "ok", told)


def _memory() -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = cgroup_memory()
    have = min(total, limit) if limit else total
    told = f"{total / _GIB:.1f} GiB"
    if limit and limit < total:
        told += f", limited to {limit / _GIB:.1f} GiB by a control group"
    enough = have >= LEAST_MEMORY
    return Finding(
        "machine", "memory", "ok" if enough else "note", told, f">={LEAST_MEMORY // _GIB} GiB"
    )


def _disk() -> list[Finding]:
    """Free space and the right to write, in GEOML_HOME or where it would be made."""
    try:
        home = Home.from_environment()
    except InvalidArgument as error:
        got = f"{error.where}: {error.got}"
        return [Finding("machine", "GEOML_HOME", "broken", got, "writable", (), error.next_step)]
    there = next(path for path in (home.root, *home.root.parents) if path.exists())
    step = "set GEOML_HOME to a folder that can be written, on a disk with room"
    free = shutil.disk_usage(there).free
    least = f">={LEAST_DISK // _GIB} GiB"
    room = Finding("machine", "disk", "ok", f"{free / _GIB:.1f} GiB free", least)
    if free < LEAST_DISK:
        room = Finding("machine", "disk", "missing", room.got, least, next_step=step)
    made = "" if there == home.root else " (to be made)"
    try:
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(b"geoml")
    except OSError as error:
        got = f"{home.root}: {error.strerror} at {there}"
        return [room, Finding("machine", "GEOML_HOME", "broken", got, "writable", (), step)]
    return [room, Finding("machine", "GEOML_HOME", "ok", f"{home.root}{made}", "writable")]


def _encoding() -> Finding:
    used = {sys.getfilesystemencoding(), locale.getpreferredencoding(False)}
    utf8 = {name.lower().replace("-", "") for name in used} == {"utf8"}
    return Finding(
        "machine",
        "text encoding",
        "ok" if utf8 else "broken",
        ", ".join(sorted(used)),
        "UTF-8",
        next_step="" if utf8 else "export PYTHONUTF8=1",
    )


def _port(port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            told = f"{port} is taken: make demo PORT={port + 1}" if taken else str(error)
            return Finding("machine", "port", "note", told)
    return Finding("machine", "port", "ok", f"{port} is free")


def cgroup_memory(root: Path = Path("/sys/fs/cgroup"), self_: Path | None = None) -> int | None:
    """The least memory limit in bytes of this process's control groups; None without one."""
    limits = []
    for folder in _groups(root, self_):
        for name in ("memory.max", "memory.limit_in_bytes"):
            text = _read(folder / name)
            if text.isdigit() and int(text) < 1 << 60:  # version 1 says "no limit" by a huge number
                limits.append(int(text))
    return min(limits, default=None)


def cgroup_cpus(root: Path = Path("/sys/fs/cgroup"), self_: Path | None = None) -> float | None:
    """The least quota of this process's control groups, in processors; None without one."""
    quotas = []
    for folder in _groups(root, self_):
        words = _read(folder / "cpu.max").split()
        if len(words) == 2 and words[0].isdigit():
            quotas.append(int(words[0]) / int(words[1]))
    return min(quotas, default=None)


def _groups(root: Path, self_: Path | None) -> list[Path]:
    """Folders of this process's groups, its own first; version 2, and version 1's memory."""
    found = [root, root / "memory"]
    for line in _read(self_ or Path("/proc/self/cgroup")).splitlines():
        _, controllers, path = line.split(":", 2)
        base = root / "memory" if controllers == "memory" else root
        if controllers in ("", "memory"):
            own = base / path.lstrip("/")
            found += [own, *(p for p in own.parents if p.is_relative_to(base))]
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
