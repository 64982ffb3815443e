"""A model in bytes: weights and sums of 8 bits, four times smaller and quick where VNNI is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geoml.errors import MissingExtra, NotEnoughData
from geoml.learning.segmentation.engine import runtime

_KEPT = 2
"""Layers at each end that stay as they are: the first sees bytes of colour, the last decides."""


def quantised(content: bytes, pictures: Iterable[NDArray[np.uint8]]) -> bytes:
    """The model with its convolutions in int8, calibrated on RGB bytes of shape (3, rows, cols).

    Static, per channel, ranges by what the pictures bring about (ONNX Runtime's quantisation, in
    QDQ form, which OpenVINO reads too). Raises MissingExtra, NotEnoughData without a picture.
    """
    runtime()
    try:
        import onnx
        from onnxruntime import quantization
        from onnxruntime.quantization import shape_inference
    except ImportError as error:
        raise MissingExtra.of("deep", error.name or "onnx") from error
    shown = list(pictures)
    if not shown:
        raise NotEnoughData("nothing to calibrate on", expected="one picture or more")
    with tempfile.TemporaryDirectory() as folder:
        plain, ready, small = (Path(folder) / f"{name}.onnx" for name in ("f32", "ready", "int8"))
        plain.write_bytes(content)
        shape_inference.quant_pre_process(plain, ready, skip_symbolic_shape=True)
        convolutions = [node.name for node in onnx.load(ready).graph.node if node.op_type == "Conv"]
        quantization.quantize_static(
            ready,
            small,
            _Reader(iter(shown)),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Add", "Concat", "Resize", "MaxPool"],
            per_channel=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            nodes_to_exclude=[*convolutions[:_KEPT], *convolutions[-_KEPT:]],
        )
        return small.read_bytes()


class _Reader:
    """Pictures one by one, as the calibrator of ONNX Runtime asks for them."""

    def __init__(self, pictures: Iterator[NDArray[np.uint8]]) -> None:
        self._pictures = pictures

    def get_next(self) -> dict[str, Any] | None:
        """The next input, or None at the end."""
        image = next(self._pictures, None)
        return None if image is None else {"image": np.ascontiguousarray(image)[None]}

    def __iter__(self) -> _Reader:
        """Itself."""
        return self
