"""What the processor can do quickly for a net, by the names that its makers give it."""

from __future__ import annotations

import platform
import re
import subprocess
from pathlib import Path

WANTED = (
    *("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16"),
    *("amx_tile", "amx_bf16", "amx_int8"),
    *("neon", "dotprod", "bf16", "i8mm"),
)
"""Wider registers; dot products of bytes (vnni, dotprod); short floats (bf16); matrices (amx)."""
_ARM = {"asimd": "neon", "asimddp": "dotprod"}
_CPUINFO = Path("/proc/cpuinfo")


def processor() -> tuple[str, tuple[str, ...]]:
    """(its name, those of ``WANTED`` that it has); nothing is invented where nobody can tell."""
    if _CPUINFO.is_file():
        return parsed(_CPUINFO.read_text(encoding="utf-8", errors="replace"))
    if platform.system() == "Darwin":
        return of_sysctl(_asked("machdep.cpu.brand_string"), _asked("hw.optional"))
    return platform.processor() or platform.machine(), ()


def parsed(text: str) -> tuple[str, tuple[str, ...]]:
    """As ``processor``, from Linux's ``/proc/cpuinfo`` (x86: flags, Arm: Features)."""
    named = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    told = re.search(r"^(?:flags|Features)\s*:\s*(.+)$", text, re.MULTILINE)
    words = {_ARM.get(word, word) for word in (told[1].split() if told else ())}
    name = named[1].strip() if named else platform.machine()
    return name, tuple(word for word in WANTED if word in words)


def of_sysctl(name: str, optional: str) -> tuple[str, tuple[str, ...]]:
    """As ``processor``, from macOS: its brand, and what ``sysctl hw.optional`` prints."""
    words = {
        match[1].lower().removeprefix("feat_")
        for match in re.finditer(r"^hw\.optional\.(?:arm\.)?(\w+): 1$", optional, re.MULTILINE)
    }
    words |= {"avx2"} & {word.replace("_0", "") for word in words}
    return name.strip() or platform.machine(), tuple(word for word in WANTED if word in words)


def _asked(key: str) -> str:
    command = ["/usr/sbin/sysctl", *(["-n"] if "brand" in key else []), key]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
