"""From a checkpoint to the file that serves: an ONNX graph, and proof that it says the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoml.errors import CorruptFile, MissingExtra
from geoml.files import replacing
from geoml.learning.segmentation.deep import Net, quiet, torch
from geoml.learning.segmentation.engine import engine_of
from geoml.learning.segmentation.net import serving

INPUT, OUTPUT = "image", "probability"
TOLERANCE = 1e-3
"""Most by which a probability of the exported graph may differ from PyTorch's."""
_OPSET = 18
_TALKERS = ("torch.onnx", "onnxscript", "onnx_ir")


def export(net: Net, path: Path, *, stride: int, seed: int = 0) -> float:
    """Write the network as ONNX, for any number and size of pictures; the largest difference.

    Input ``image`` uint8 [n, 3, h, w], output ``probability`` float32 [n, 1, h, w], 0..1; the
    normalisation and the sigmoid are in the graph. The difference to PyTorch is looked for on
    noise and on even ground, in sizes that were not traced. Raises CorruptFile when it is above
    0.001, and MissingExtra where onnx or onnxscript is not installed.
    """
    model = serving(net).to("cpu", memory_format=torch().contiguous_format).eval()
    with replacing(path) as scratch:
        _write(model, scratch, stride)
        found = parity(model, scratch.read_bytes(), stride=stride, seed=seed)
        if not found <= TOLERANCE:
            raise CorruptFile(
                "the exported graph does not say what the network says",
                where=str(path),
                expected=f"probabilities within {TOLERANCE}",
                got=f"a difference of {found:.2g}",
                next_step="report it, with the versions of torch and onnxruntime",
            )
    return found


def parity(model: Net, content: bytes, *, stride: int, seed: int = 0) -> float:
    """The largest difference of a probability between PyTorch and ONNX Runtime, both in fp32."""
    engine = engine_of(content, "onnxruntime")
    rng = np.random.default_rng(seed)
    worst = 0.0
    for rows, cols in ((8, 8), (3, 11), (13, 5)):
        shape = (3, rows * stride, cols * stride)
        noise = rng.integers(0, 256, shape, np.uint8)
        even = np.broadcast_to(rng.integers(0, 256, (3, 1, 1), np.uint8), shape)
        for image in (noise, np.ascontiguousarray(even)):
            with torch().inference_mode():
                ours = model(torch().from_numpy(image)[None])[0, 0].numpy()
            worst = max(worst, float(np.abs(ours - engine(image)).max()))
    return worst


def _write(model: Net, path: Path, stride: int) -> None:
    dim = torch().export.Dim
    shapes = {0: dim("n", max=64), 2: stride * dim("h", max=512), 3: stride * dim("w", max=512)}
    example = torch().zeros((2, 3, 4 * stride, 6 * stride), dtype=torch().uint8)
    try:
        with quiet(*_TALKERS):
            torch().onnx.export(
                model,
                (example,),
                str(path),
                input_names=[INPUT],
                output_names=[OUTPUT],
                opset_version=_OPSET,
                dynamo=True,
                dynamic_shapes=(shapes,),
                external_data=False,
            )
    except ImportError as error:
        raise MissingExtra.of("deep", error.name or "onnxscript") from error
