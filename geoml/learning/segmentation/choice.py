"""Which engine runs a model on this machine: what ``geoml bench engines`` found, or the default.

``$GEOML_HOME/engine.json`` has one entry per model, by the sha256 of its file. An entry holds for
the processor that it was measured on; a home that has moved goes back to ONNX Runtime in fp32.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geoml.errors import CorruptFile
from geoml.files import alone, read_json, replacing, sha256, write_json
from geoml.learning.segmentation.engine import (
    Engine,
    Kind,
    Precision,
    engine_of,
    installed,
    open_model_folder,
)
from geoml.learning.segmentation.processor import processor
from geoml.learning.segmentation.spec import Spec
from geoml.paths import Home

NAME = "engine.json"


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine, its precision, and the digest of the quantised model where it runs one."""

    kind: Kind = "onnxruntime"
    precision: Precision = "f32"
    quantised_sha256: str = ""

    @property
    def label(self) -> str:
        """As an engine calls itself."""
        return f"{self.kind}-{self.precision}"


DEFAULT = Choice()


def chosen(home: Home, model_sha256: str) -> Choice:
    """The engine that was found best for a model on this machine, else the default.

    The default also where the engine is not installed any more, the processor is another one, or
    the quantised model is gone or not the one that was measured.
    """
    entry = _entries(home).get(model_sha256)
    if not isinstance(entry, dict) or entry.get("processor") != list(_fingerprint()):
        return DEFAULT
    try:
        choice = Choice(**entry["engine"])
    except (KeyError, TypeError):
        return DEFAULT
    if not installed(choice.kind):
        return DEFAULT
    if choice.precision == "int8":
        path = quantised_path(home, choice.quantised_sha256)
        if not path.is_file() or sha256(path) != choice.quantised_sha256:
            return DEFAULT
    return choice


def remember(home: Home, model_sha256: str, choice: Choice, found: dict[str, Any]) -> Path:
    """Store the choice for a model, with what was measured; the file."""
    path = home.root / NAME
    with alone(home.root, wait=True, lock=".engine.lock"):
        entry = {"engine": asdict(choice), "processor": list(_fingerprint()), "measured": found}
        models = {**_entries(home), model_sha256: entry}
        write_json(path, {"format": 1, "models": models})
    return path


def keep_quantised(home: Home, content: bytes, digest: str) -> Path:
    """Store a quantised model under its digest."""
    with replacing(quantised_path(home, digest)) as temporary:
        temporary.write_bytes(content)
    return quantised_path(home, digest)


def quantised_path(home: Home, digest: str) -> Path:
    """Where a quantised model lies; ``digest`` is hexadecimal, so it leads nowhere else."""
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise CorruptFile("not a digest", where=str(home.root / NAME), got=digest[:80])
    return home.root / "engines" / f"{digest}.onnx"


def open_chosen(home: Home, folder: Path, *, threads: int = 0) -> tuple[Spec, Engine]:
    """The model of a folder in the engine that is best here: what the server and ``run`` open."""
    spec, content = open_model_folder(folder)
    choice = chosen(home, spec.sha256)
    if choice.precision == "int8":
        content = quantised_path(home, choice.quantised_sha256).read_bytes()
    engine = engine_of(
        content, choice.kind, precision=choice.precision, threads=threads, where=str(folder)
    )
    return spec, engine


def _entries(home: Home) -> dict[str, Any]:
    path = home.root / NAME
    try:
        document = read_json(path) if path.is_file() else {}
    except ValueError:  # a hand has been at it: the default is always right
        return {}
    models = document.get("models") if isinstance(document, dict) else None
    return models if isinstance(models, dict) else {}


def _fingerprint() -> tuple[str, ...]:
    name, features = processor()
    return name, *features
