"""From a data set to a model that can be served: the whole way, with a training of two steps."""

import json

import numpy as np
import pytest
from PIL import Image

from geoml import catalog, modelstore
from geoml.files import sha256
from geoml.lifecycle import picture_training
from geoml.lifecycle.picture_training import Asked, train_on_pictures
from geoml.paths import Home

torch = pytest.importorskip("torch", reason="no torch here: make env-deep")
pytest.importorskip("onnxscript", reason="no onnxscript here: make env-deep")
from geoml.learning.segmentation import finish  # noqa: E402
from geoml.learning.segmentation.engine import open_engine  # noqa: E402
from geoml.learning.segmentation.reach import Reach  # noqa: E402
from geoml.learning.segmentation.training import Options  # noqa: E402

pytestmark = [pytest.mark.deep, pytest.mark.slow]

NAME = next(one for one in catalog.names() if catalog.get(one).kind == "segmentation")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A picture whose bright half is roof."""
    folder = tmp_path_factory.mktemp("pictures")
    mask = np.zeros((160, 128), np.uint8)
    mask[:, :64] = 255
    Image.fromarray(np.stack([mask // 2 + 60] * 3, axis=-1)).save(folder / "a.png")
    Image.fromarray(mask).save(folder / "m.png")
    path = folder / "t.toml"
    path.write_text(
        '[[pictures]]\nplace = "half"\nimages = "a.png"\nmasks = "m.png"\ngsd_m = 0.25\n'
        'attribution = "nobody at all"\n'
    )
    return path


@pytest.fixture(scope="module")
def trained(data, tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        short = Options(epochs=1, steps=2, batch=1, size_px=32)
        patch.setattr(picture_training, "_options", lambda _asked, _device: short)
        patch.setattr(finish, "reach", lambda _net, _stride: Reach(209, 140))
        asked = Asked((data,), encoder_weights="none", device="cpu")
        told = []
        ref, notes = train_on_pictures(
            home, NAME, asked, progress=lambda label, share: told.append((label, share))
        )
        again = Asked((data,), encoder_weights="none", device="cpu", out=home.root / "out" / "1")
        shipped, _ = train_on_pictures(home, NAME, again)
    return home, ref, notes, told, shipped


def test_the_model_can_be_opened_and_says_what_it_is(trained):
    home, ref, notes, _, _ = trained
    manifest = ref.manifest()
    assert manifest["segmentation"]["halo_px"] == 224
    assert manifest["attribution"] == ["nobody at all"]
    assert manifest["files"]["model.onnx"] == sha256(ref.folder / "model.onnx")
    found = open_engine(ref.folder)(np.full((3, 32, 32), 90, np.uint8))
    assert found.shape == (32, 32)
    assert modelstore.open_model(catalog.get(NAME), modelstore.find(home, NAME, ref.version))
    assert any("scratch" in note for note in notes)


def test_the_card_and_the_metrics_carry_the_same_numbers(trained):
    _, ref, _, _, _ = trained
    metrics = json.loads((ref.folder / "metrics.json").read_text())
    card = (ref.folder / "card.md").read_text()
    (line,) = metrics["table"]
    assert f"| half | a strip across it, or whole groups of pictures | {line['iou']:.3f} |" in card
    assert metrics["parity"]["max_difference"] < 1e-3
    assert "nobody at all" in card
    assert [one["epoch"] for one in metrics["history"]] == [1]


def test_a_poor_model_does_not_serve_by_itself(trained):
    home, ref, notes, _, _ = trained
    accepted = ref.manifest()["accepted"]
    serving = modelstore.serving(home, NAME)
    assert (serving is not None and serving.version == ref.version) == accepted
    assert accepted != any("geoml promote" in note for note in notes)


def test_progress_rises_to_the_end_and_samples_are_kept(trained):
    home, _, _, told, _ = trained
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] > 0.9
    (samples,) = home.root.glob("training/*/*/record/samples.png")
    with Image.open(samples) as picture:
        assert picture.size[0] == 4 * 320


def test_the_same_question_goes_on_with_its_checkpoint_and_may_write_elsewhere(trained):
    home, ref, _, _, shipped = trained
    assert len(list((home.root / "training" / NAME).iterdir())) == 1
    assert shipped.folder == home.root / "out" / "1"
    assert shipped.manifest()["version"] == "1"
    digest = shipped.manifest()["files"]["model.onnx"]
    assert digest == sha256(shipped.folder / "model.onnx")
    assert digest == ref.manifest()["files"]["model.onnx"]
