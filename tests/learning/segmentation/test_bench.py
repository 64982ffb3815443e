import numpy as np
import pytest

from geoml.errors import MissingExtra, NotEnoughData
from geoml.learning.segmentation import bench as module
from geoml.learning.segmentation.bench import bench
from geoml.learning.segmentation.choice import chosen
from geoml.learning.segmentation.engine import engine_of, installed
from geoml.learning.segmentation.quantise import quantised
from geoml.paths import Home


def test_every_engine_that_is_here_is_measured_and_one_is_stored(folder, net, tmp_path):
    home = Home(tmp_path / "home")
    found = bench(home, folder, quantise=False, threads=1, pieces=3, seconds=0.02)
    labels = [one.label for one in found.measured]
    expected = ["onnxruntime-f32"]
    if installed("openvino"):
        expected += ["openvino-f32", "openvino-bf16"]
    assert labels == expected
    assert bool(found.notes) == (not installed("openvino"))
    assert chosen(home, net.spec.sha256).label == found.best
    told = found.as_dict()
    assert told["stored"].endswith("engine.json")
    assert told["engines"][0]["difference"] == 0
    assert len(told["engines"][0]["places"]) == 3


def test_nothing_is_stored_that_nobody_wants(folder, tmp_path):
    home = Home(tmp_path / "home")
    found = bench(home, folder, quantise=False, threads=1, pieces=1, seconds=0, store=False)
    assert found.stored is None
    assert not home.root.exists()


def test_without_the_tools_for_int8_it_is_left_out(folder, tmp_path, monkeypatch):
    def missing(*_):
        raise MissingExtra.of("deep", "onnx")

    monkeypatch.setattr(module, "quantised", missing)
    found = bench(Home(tmp_path), folder, threads=1, pieces=1, seconds=0, store=False)
    assert "geoml[deep]" in found.notes[0]


def test_a_quantised_net_says_nearly_the_same():
    """Five convolutions, of which the middle one is quantised: bytes in, the same port out."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    content = five_convolutions(onnx)
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (3, 32, 32), np.uint8) for _ in range(4)]
    small = engine_of(quantised(content, pictures), "onnxruntime", precision="int8", threads=1)
    full = engine_of(content, "onnxruntime", threads=1)
    difference = np.abs(small(pictures[0]) - full(pictures[0]))
    assert 0 < difference.max() < 0.1
    with pytest.raises(NotEnoughData):
        quantised(content, [])


def five_convolutions(onnx):
    helper, proto = onnx.helper, onnx.TensorProto
    rng = np.random.default_rng(1)
    nodes = [helper.make_node("Cast", ["image"], ["x0"], "cast", to=proto.FLOAT)]
    weights = []
    for number, shape in enumerate([(8, 3), (8, 8), (8, 8), (8, 8), (1, 8)]):
        values = rng.normal(0, 1 / (3 * np.sqrt(shape[1])), (*shape, 3, 3)).astype(np.float32)
        values /= 64 if number == 0 else 1
        weights.append(onnx.numpy_helper.from_array(values, f"w{number}"))
        names = [f"x{number}", f"w{number}"]
        nodes.append(
            helper.make_node("Conv", names, [f"x{number + 1}"], f"c{number}", pads=[1] * 4)
        )
    nodes.append(helper.make_node("Sigmoid", ["x5"], ["probability"], "s"))
    image = helper.make_tensor_value_info("image", proto.UINT8, ["n", 3, "h", "w"])
    answer = helper.make_tensor_value_info("probability", proto.FLOAT, ["n", 1, "h", "w"])
    graph = helper.make_graph(nodes, "five", [image], [answer], weights)
    ids = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=ids, ir_version=9).SerializeToString()
