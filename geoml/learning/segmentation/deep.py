"""The doors to PyTorch and its company: nothing of it is imported before it is used."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from typing import Any, TypeAlias

from geoml.errors import InvalidArgument, MissingExtra
from geoml.learning.torchvision_ops import make_importable

Torch: TypeAlias = Any
"""The module ``torch``, which has annotations only in part."""
Tensor: TypeAlias = Any
"""A ``torch.Tensor``; its shape stands in the docstring of what takes it."""
Net: TypeAlias = Any
"""A ``torch.nn.Module``."""

DEVICES = ("auto", "mps", "cuda", "cpu")


def torch() -> Torch:
    """The module ``torch``; raises MissingExtra when it is not installed."""
    return _imported("torch")


def kornia() -> Any:  # noqa: ANN401 - a module
    """``kornia.augmentation``; raises MissingExtra when it is not installed."""
    make_importable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own deprecations, at import
        return _imported("kornia.augmentation")


def device(name: str) -> str:
    """The device to train on: ``auto`` takes CUDA, then Apple's GPU, then the processor.

    Raises InvalidArgument for a device that is unknown or not here.
    """
    if name not in DEVICES:
        raise InvalidArgument("unknown device", expected=", ".join(DEVICES), got=name)
    here = {"cuda": torch().cuda.is_available(), "cpu": True}
    here["mps"] = torch().backends.mps.is_available()
    if name == "auto":
        return next(one for one in ("cuda", "mps", "cpu") if here[one])
    if not here[name]:
        raise InvalidArgument(f"PyTorch sees no {name} here", next_step="use --device auto, or cpu")
    return name


@contextmanager
def half(name: str) -> Iterator[None]:
    """Mixed precision inside this block where the device computes it faster than fp32.

    bfloat16 everywhere: its range is that of fp32, so no loss has to be scaled. A processor
    without AVX-512 bf16 or AMX stays in fp32.
    """
    enabled = name != "cpu" or _quick_bf16()
    with torch().autocast(name, dtype=torch().bfloat16, enabled=enabled):
        yield


@contextmanager
def quiet(*loggers: str) -> Iterator[None]:
    """No prints, warnings and chatter of what these loggers belong to, inside this block only."""
    found = [logging.getLogger(name) for name in loggers]
    levels = [one.level for one in found]
    for one in found:
        one.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        for one, level in zip(found, levels, strict=True):
            one.setLevel(level)


def _quick_bf16() -> bool:
    return bool(torch().backends.cpu.get_cpu_capability() in ("AVX512", "AMX")) and bool(
        torch().ops.mkldnn._is_mkldnn_bf16_supported()
    )


def _imported(name: str) -> Any:  # noqa: ANN401 - a module
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise MissingExtra.of("deep", error.name or name) from error
