"""The one door to torchvision and to what imports it (timm, segmentation_models_pytorch).

A PyTorch built for the CPU and a torchvision linked with CUDA install side by side without a
word. torchvision then cannot load its native library, says nothing, and fails a moment later with
``operator torchvision::nms does not exist``, because it describes two operators that only that
library declares. Encoders and U-Nets need neither of them.

So the native library is tried first, and nothing is touched where it loads. Where it cannot,
``nms`` and ``qnms`` are declared, without an implementation: torchvision imports, and a call of
``torchvision.ops.nms`` still says that the native operators are not there.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from geoml.errors import MissingExtra

# https://github.com/pytorch/vision/blob/main/torchvision/csrc/ops/nms.cpp and quantized/cpu/qnms
_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_kept: list[Any] = []  # the declarations live as long as their Library object


def segmentation_models() -> ModuleType:
    """``segmentation_models_pytorch``, imported so that it works beside any torchvision.

    Raises MissingExtra when it, PyTorch or torchvision is not installed.
    """
    make_importable()
    try:
        return import_module("segmentation_models_pytorch")
    except ModuleNotFoundError as error:
        raise MissingExtra.of("deep", error.name or "segmentation_models_pytorch") from error


@cache
def make_importable() -> bool:
    """Make ``import torchvision`` work; call it before anything imports torchvision.

    True when its native library loads (then nothing is touched), False when ``nms`` and ``qnms``
    had to be declared. Raises MissingExtra when PyTorch or torchvision is not installed.
    """
    if "torchvision" in sys.modules:
        return bool(sys.modules["torchvision"].extension._has_ops())
    try:
        torch: Any = import_module("torch")  # partly without annotations
    except ModuleNotFoundError as error:
        raise MissingExtra.of("deep", error.name or "torch") from error
    library = _native_library()
    if library is not None:
        try:
            torch.ops.load_library(library)
        except OSError:
            pass  # linked with something that is not here: the case that this module is for
        else:
            return True
    declared = torch.library.Library("torchvision", "FRAGMENT")
    for schema in _SCHEMAS:
        declared.define(schema)
    _kept.append(declared)
    return False


def _native_library() -> str | None:
    """Where torchvision's own loader would find its native library, without importing it."""
    package = find_spec("torchvision")
    if package is None or not package.submodule_search_locations:
        raise MissingExtra.of("deep", "torchvision")
    folder = package.submodule_search_locations[0]
    found = FileFinder(folder, (ExtensionFileLoader, EXTENSION_SUFFIXES)).find_spec("_C")
    return None if found is None else found.origin
