"""A small net with a known reach, made by hand: tests of inference need no torch."""

import hashlib
import json
from types import SimpleNamespace

import numpy as np
import pytest

REACH = 3


def tiny_model(path, seed=3, kernel=2 * REACH + 1):
    """uint8 RGB -> probability: one convolution that sees ``REACH`` pixels around each, sigmoid."""
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(seed)
    weights = rng.normal(0, 4 / kernel, (1, 3, kernel, kernel)).astype(np.float32)
    names = ("n", "h", "w")
    constants = [
        numpy_helper.from_array(np.float32(128).reshape(1), "middle"),
        numpy_helper.from_array(np.float32(1 / 64).reshape(1), "scale"),
        numpy_helper.from_array(weights, "weights"),
    ]
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["float", "middle"], ["centred"]),
        helper.make_node("Mul", ["centred", "scale"], ["scaled"]),
        helper.make_node("Conv", ["scaled", "weights"], ["logit"], pads=[REACH] * 4),
        helper.make_node("Sigmoid", ["logit"], ["probability"]),
    ]
    shape = [names[0], 3, *names[1:]]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, shape)
    shape = [names[0], 1, *names[1:]]
    answer = helper.make_tensor_value_info("probability", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "tiny", [image], [answer], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder as the model store has them, with the small net in it."""
    made = tmp_path_factory.mktemp("model")
    tiny_model(made / "model.onnx")
    digest = hashlib.sha256((made / "model.onnx").read_bytes()).hexdigest()
    told = {
        "gsd_m": 0.25,
        "gsd_range_m": [0.07, 0.5],
        "stride": 32,
        "halo_px": 32,
        "threshold": 0.5,
        "classes": ["background", "roof"],
    }
    manifest = {"service": "tiny", "files": {"model.onnx": digest}, "segmentation": told}
    (made / "manifest.json").write_text(json.dumps(manifest))
    return made


@pytest.fixture(scope="session")
def net(folder):
    """The small net, open: ``net.engine`` and ``net.spec``."""
    pytest.importorskip("onnxruntime")
    from geoml.learning.segmentation.engine import open_engine, open_model_folder

    return SimpleNamespace(engine=open_engine(folder, threads=1), spec=open_model_folder(folder)[0])
