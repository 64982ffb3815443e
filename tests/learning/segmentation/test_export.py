"""What is exported says what was trained, in every size, and tells how far it looks."""

import numpy as np
import pytest

from geoml.errors import CorruptFile

torch = pytest.importorskip("torch", reason="no torch here: make env-deep")
pytest.importorskip("onnxscript", reason="no onnxscript here: make env-deep")
from geoml.learning.segmentation import export as exports  # noqa: E402
from geoml.learning.segmentation import reach as reaches  # noqa: E402
from geoml.learning.segmentation.engine import engine_of  # noqa: E402
from geoml.learning.segmentation.net import Recipe, build, serving  # noqa: E402

pytestmark = [pytest.mark.deep, pytest.mark.slow]

TINY = Recipe(encoder="mobilenet_v2", depth=3, decoder=(8, 8, 8))


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(5)
    return build(TINY).eval()


@pytest.fixture(scope="module")
def exported(net, tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "model.onnx"
    return path, exports.export(net, path, stride=TINY.stride)


def test_the_graph_agrees_with_torch_in_sizes_that_were_not_traced(net, exported):
    path, difference = exported
    assert difference < 1e-4
    engine = engine_of(path.read_bytes(), "onnxruntime")
    image = np.random.default_rng(0).integers(0, 256, (3, 72, 24), np.uint8)
    with torch.inference_mode():
        ours = serving(net)(torch.from_numpy(image)[None])[0, 0].numpy()
    assert np.abs(engine(image) - ours).max() < 1e-4


def test_a_graph_that_differs_is_not_written(net, exported, tmp_path, monkeypatch):
    content = exported[0].read_bytes()
    monkeypatch.setattr(exports, "_write", lambda _model, path, _stride: path.write_bytes(content))
    other = build(TINY).eval()
    with torch.no_grad():
        other.segmentation_head[0].bias += 3
    with pytest.raises(CorruptFile, match="does not say"):
        exports.export(other, tmp_path / "model.onnx", stride=TINY.stride)
    assert not (tmp_path / "model.onnx").exists()


def test_the_reach_is_where_a_changed_pixel_can_matter(net, monkeypatch):
    monkeypatch.setattr(reaches, "_SIDE", 256)
    found = reaches.reach(net, TINY.stride)
    assert 10 < found.effective <= found.theory < 120
    image = torch.zeros(1, 3, 256, 256)
    far = image.clone()
    far[..., : 128 - TINY.stride - found.theory] = 1
    with torch.inference_mode():
        same, changed = (net(one)[0, 0, :, 128:] for one in (image, far))
    assert torch.equal(same, changed)
