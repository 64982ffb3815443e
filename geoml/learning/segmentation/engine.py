"""Running a segmentation model: ONNX Runtime everywhere, OpenVINO where it is wanted.

A model is opened from its folder only: the bytes that run are the bytes whose sha256 the manifest
holds, and nothing in them is code of Python. torch is never needed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from geoml.errors import CorruptFile, InvalidArgument, MissingExtra, UnknownModel
from geoml.files import read_json
from geoml.learning.segmentation.spec import MODEL, Spec
from geoml.types import Array

Kind: TypeAlias = Literal["onnxruntime", "openvino"]
Precision: TypeAlias = Literal["f32", "bf16", "int8"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_MANIFEST = "manifest.json"
_FULL: Precision = "f32"


class Engine(Protocol):
    """A model that is ready to run."""

    @property
    def label(self) -> str:
        """The engine and its precision, as ``onnxruntime-f32``."""

    def __call__(self, image: NDArray[np.uint8]) -> Array:
        """Probability float32 (rows, cols), 0..1, of RGB bytes of shape (3, rows, cols).

        Rows and columns are multiples of the model's stride.
        """


def open_model_folder(folder: Path) -> tuple[Spec, bytes]:
    """What the manifest says, and the bytes of the model; raises CorruptFile where they differ.

    UnknownModel where there is none.
    """
    if not (folder / _MANIFEST).is_file():
        raise UnknownModel(
            "no model in this folder",
            where=str(folder),
            expected=f"{_MANIFEST} and {MODEL}",
            next_step="name the folder of one version of a model",
        )
    spec = Spec.of(read_json(folder / _MANIFEST))
    path = folder / MODEL
    content = path.read_bytes() if path.is_file() else b""
    got = hashlib.sha256(content).hexdigest() if content else "no file"
    if got != spec.sha256:
        raise CorruptFile(
            "not the model that was exported",
            where=str(path),
            expected=f"sha256 {spec.sha256}",
            got=got,
            next_step="install geoml again, or train the model again",
        )
    return spec, content


def open_engine(
    folder: Path,
    kind: Kind = "onnxruntime",
    *,
    precision: Precision = _FULL,
    threads: int = 0,
) -> Engine:
    """The model of a folder of the model store, ready to run.

    ``threads`` is how many cores one window may take; 0 means all. ``precision`` is what OpenVINO
    may compute in: ``f32`` repeats bytes; ``bf16`` rounds to 8 bits of mantissa, where the
    processor has it. int8 needs a quantised model: ``quantised_engine``.

    Raises CorruptFile, MissingExtra, InvalidArgument.
    """
    _, content = open_model_folder(folder)
    return engine_of(content, kind, precision=precision, threads=threads, where=str(folder / MODEL))


def engine_of(
    content: bytes,
    kind: Kind,
    *,
    precision: Precision = _FULL,
    threads: int = 0,
    where: str = MODEL,
) -> Engine:
    """An engine of bytes that have been checked already; see ``open_engine``."""
    if kind not in KINDS or precision not in get_args(Precision):
        raise InvalidArgument(
            "no such engine",
            expected=f"one of {', '.join(KINDS)}, in {', '.join(get_args(Precision))}",
            got=f"{kind}, {precision}",
        )
    if kind == "onnxruntime" and precision == "bf16":
        raise InvalidArgument(
            "ONNX Runtime computes in f32 on a processor",
            expected="f32, or int8 of a quantised model",
            got=precision,
            next_step="take openvino for bf16",
        )
    opener = _onnxruntime if kind == "onnxruntime" else _openvino
    return _Ready(f"{kind}-{precision}", opener(content, precision, threads, where))


def installed(kind: Kind) -> bool:
    """Whether the package of an engine is here; it is not imported."""
    return importlib.util.find_spec(kind) is not None


_Run: TypeAlias = Callable[[NDArray[np.uint8]], Array]


class _Ready:
    """An engine by what it is called and how it is run."""

    def __init__(self, label: str, run: _Run) -> None:
        self.label, self._run = label, run

    def __call__(self, image: NDArray[np.uint8]) -> Array:
        """As ``Engine``."""
        found: Array = self._run(np.ascontiguousarray(image)[None])[0, 0]
        return found


_: type[Engine] = _Ready


def runtime() -> ModuleType:
    """ONNX Runtime, with its reports to its makers off; raises MissingExtra where it is not."""
    # Read once, when the library is loaded: it would leave an identifier on disk and call home.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        return import_module("onnxruntime")
    except ImportError as error:
        raise MissingExtra.of("serve", "onnxruntime") from error


def _onnxruntime(content: bytes, _precision: Precision, threads: int, where: str) -> _Run:
    onnxruntime = runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that wait for work busily take the cores from the rest of the server.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Windows at the edge have other shapes; an arena would keep the largest of each for ever.
    options.enable_cpu_mem_arena = False
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except _refusals(onnxruntime) as error:
        raise _not_ours(where, str(error)) from error
    _check_ports(
        where,
        {one.name: (one.type, one.shape) for one in session.get_inputs()},
        {one.name for one in session.get_outputs()},
    )

    def run(image: NDArray[np.uint8]) -> Array:
        found: Array = session.run(["probability"], {"image": image})[0]
        return found

    return run


def _refusals(onnxruntime: ModuleType) -> tuple[type[Exception], ...]:
    """What onnxruntime raises for a model that it cannot open; they have no common root."""
    states = onnxruntime.capi.onnxruntime_pybind11_state
    names = ("Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoModel")
    return (ValueError, states.NotImplemented, *(getattr(states, name) for name in names))


def _check_ports(where: str, inputs: dict[str, tuple[str, list[Any]]], outputs: set[str]) -> None:
    image = inputs.get("image")
    if set(inputs) != {"image"} or image is None or "uint8" not in image[0]:
        raise _not_ours(where, f"inputs {', '.join(inputs) or 'none'}")
    if "probability" not in outputs:
        raise _not_ours(where, f"outputs {', '.join(sorted(outputs)) or 'none'}")


def _openvino(content: bytes, precision: Precision, threads: int, where: str) -> _Run:
    try:
        import openvino
    except ImportError as error:
        raise MissingExtra.of("openvino", "openvino") from error
    # int8 lies in the model itself; the hint says what the rest is computed in.
    hint = "bf16" if precision == "bf16" else "f32"
    settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "LATENCY"}
    if threads:
        settings["INFERENCE_NUM_THREADS"] = threads
    core = openvino.Core()
    try:
        compiled = core.compile_model(core.read_model(model=content), "CPU", settings)
    except RuntimeError as error:
        raise _not_ours(where, str(error)) from error
    _check_ports(
        where,
        {one.any_name: (str(one.element_type), []) for one in compiled.inputs},
        {one.any_name for one in compiled.outputs},
    )
    output = compiled.output("probability")

    def run(image: NDArray[np.uint8]) -> Array:
        # A copy: OpenVINO answers with its own buffer, which the next window overwrites.
        found: Array = np.array(compiled(image)[output])
        return found

    return run


def _not_ours(where: str, got: str) -> CorruptFile:
    return CorruptFile(
        "not a segmentation model",
        where=where,
        expected="ONNX with the input image (uint8 n,3,h,w) and the output probability (n,1,h,w)",
        got=got[:200],
        next_step="export the model again: geoml train",
    )
