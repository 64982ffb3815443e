"""The shipped network in eager PyTorch: the same layers, the same weights, one window at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.running import Absent
from geoml.files import read_json
from geoml.learning.segmentation.engine import open_engine

_CLOSE = 1e-3


class Eager:
    """An engine: float32, eager, its weights from the ONNX file, where batch norms are folded."""

    label = "torch-f32"

    def __init__(self, folder: Path) -> None:
        import torch

        from geoml.learning.segmentation.net import Recipe, build, serving

        told = read_json(folder / "manifest.json")
        net = build(Recipe.from_dict(told["architecture"]) if "architecture" in told else Recipe())
        _fill(net, folder / "model.onnx")
        self.torch, self.net = torch, serving(net).eval()
        self._check(folder)

    def __call__(self, image: Any) -> Any:
        with self.torch.inference_mode():
            pixels = self.torch.from_numpy(np.ascontiguousarray(image))[None]
            return self.net(pixels)[0, 0].numpy()

    def _check(self, folder: Path) -> None:
        """It is the same network, or there is nothing to compare."""
        image = np.random.default_rng(0).integers(0, 256, (3, 256, 256), np.uint8)
        apart = float(np.abs(self(image) - open_engine(folder)(image)).max())
        if apart > _CLOSE:
            raise Absent(f"the network could not be rebuilt: it differs by {apart:.2g}")


def _fill(net: Any, path: Path) -> None:
    """The weights of the graph; a norm that is folded into its convolution adds its shift."""
    import onnx
    import torch

    graph = onnx.load(path).graph
    stored = {one.name.removeprefix("net."): one for one in graph.initializer}
    arrays = {
        name: torch.from_numpy(onnx.numpy_helper.to_array(one).copy())
        for name, one in stored.items()
    }
    before = ""
    with torch.no_grad():
        for name, layer in net.named_modules():
            own = {part: arrays.get(f"{name}.{part}") for part, _ in layer.named_parameters()}
            if isinstance(layer, torch.nn.Conv2d):
                before = name
                for part, values in own.items():
                    getattr(layer, part).copy_(values)
            elif isinstance(layer, torch.nn.modules.batchnorm._BatchNorm):
                _norm(layer, name, arrays, arrays.get(f"{before}.weight_bias"))


def _norm(layer: Any, name: str, arrays: dict[str, Any], folded: Any) -> None:
    if folded is None:
        for part in ("weight", "bias", "running_mean", "running_var"):
            getattr(layer, part).copy_(arrays[f"{name}.{part}"])
        return
    layer.running_mean.zero_()
    layer.running_var.fill_(1.0 - layer.eps)
    layer.weight.fill_(1.0)
    layer.bias.copy_(folded)
