import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from geoml import errors
from geoml.learning.segmentation.engine import engine_of, installed, open_engine

IMAGE = np.random.default_rng(1).integers(0, 256, (3, 64, 96), np.uint8)


def test_a_picture_in_a_probability_out(net):
    got = net.engine(IMAGE)
    assert (got.shape, got.dtype, net.engine.label) == ((64, 96), np.float32, "onnxruntime-f32")
    assert 0 <= got.min() < 0.5 < got.max() <= 1


def test_answers_do_not_change_when_the_next_is_asked(net):
    first = net.engine(IMAGE)
    kept = first.copy()
    net.engine(IMAGE[:, ::-1])
    assert (first == kept).all()


def test_a_model_that_is_not_its_manifests_is_not_opened(folder, tmp_path):
    changed = shutil.copytree(folder, tmp_path / "model")
    content = bytearray((changed / "model.onnx").read_bytes())
    content[-5] ^= 1
    (changed / "model.onnx").write_bytes(content)
    with pytest.raises(errors.CorruptFile, match="sha256"):
        open_engine(changed)
    (changed / "model.onnx").unlink()
    with pytest.raises(errors.CorruptFile, match="no file"):
        open_engine(changed)
    with pytest.raises(errors.UnknownModel):
        open_engine(tmp_path)


def test_the_runtime_calls_nobody_and_leaves_nothing(folder, tmp_path):
    """Its wheels report home by default: an identifier on disk and an upload."""
    code = (
        "import sys; from pathlib import Path; from geoml.learning.segmentation.engine import *;"
        f"sys.exit(open_engine(Path({str(folder)!r})).label != 'onnxruntime-f32')"
    )
    places = {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    env = {name: value for name, value in os.environ.items() if "TELEMETRY" not in name}
    subprocess.run([sys.executable, "-c", code], env=env | places, check=True, timeout=60)
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("content", [b"", b"not a model", bytes(100)])
def test_what_is_no_model_is_told(content):
    pytest.importorskip("onnxruntime")
    with pytest.raises(errors.CorruptFile):
        engine_of(content, "onnxruntime")


def test_another_net_is_told_from_a_segmentation(tmp_path):
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    made = onnx.helper.make_tensor_value_info
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    ends = [made(name, onnx.TensorProto.FLOAT, [1]) for name in "xy"]
    graph = onnx.helper.make_graph([node], "other", ends[:1], ends[1:])
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9
    )
    with pytest.raises(errors.CorruptFile, match="inputs x"):
        engine_of(model.SerializeToString(), "onnxruntime")


@pytest.mark.parametrize(("kind", "precision"), [
    ("tensorrt", "f32"), ("onnxruntime", "f16"), ("onnxruntime", "bf16"),
])  # fmt: skip
def test_an_engine_that_there_is_not(folder, kind, precision):
    with pytest.raises(errors.InvalidArgument):
        open_engine(folder, kind, precision=precision)


def test_openvino_says_the_same_or_how_to_install_it(folder, net):
    if not installed("openvino"):
        with pytest.raises(errors.MissingExtra, match=r"geoml\[openvino\]"):
            open_engine(folder, "openvino")
        pytest.skip("openvino is not installed: its answers are not compared")
    got = open_engine(folder, "openvino", threads=1)(IMAGE)
    np.testing.assert_allclose(got, net.engine(IMAGE), atol=1e-4)


def test_serving_needs_no_torch(folder):
    code = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from geoml.learning.segmentation.engine import open_engine\n"
        "from geoml.learning.segmentation.infer import predict_chip, write_probability\n"
        "from geoml.learning.segmentation.choice import open_chosen\n"
        "open_engine(Path(sys.argv[1]), threads=1)(np.zeros((3, 32, 32), np.uint8))\n"
        "print([m for m in ('torch', 'onnx', 'mlflow', 'openvino') if m in sys.modules])"
    )
    words = [sys.executable, "-c", code, str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ})
    assert done.stdout.strip() == "[]"
