"""The network: its size and reach, where its weights come from, and what the loss wants of it."""

import pytest

from geoml.errors import InvalidArgument, UnreadableFile

torch = pytest.importorskip("torch", reason="no torch here: make env-deep")
from geoml.learning.segmentation import net as nets  # noqa: E402
from geoml.learning.segmentation.augment import augmented  # noqa: E402
from geoml.learning.segmentation.deep import device  # noqa: E402
from geoml.learning.segmentation.loss import UNKNOWN, edges, loss  # noqa: E402
from geoml.learning.segmentation.reach import Reach  # noqa: E402

pytestmark = [pytest.mark.deep, pytest.mark.slow]


@pytest.fixture(scope="module")
def unet():
    torch.manual_seed(1)
    return nets.build(nets.Recipe())


def test_the_network_is_small_and_answers_every_pixel(unet):
    assert sum(value.numel() for value in unet.parameters()) < 1.3e6
    image = torch.randint(0, 256, (1, 3, 32, 48), dtype=torch.uint8)
    with torch.inference_mode():
        found = nets.serving(unet.eval())(image)
    assert found.shape == (1, 1, 32, 48)
    assert 0 <= found.min() <= found.max() <= 1


def test_weights_come_from_a_file_or_from_nowhere(unet, tmp_path):
    path = tmp_path / "encoder.pt"
    torch.save(unet.encoder.state_dict(), path)
    other = nets.build(nets.Recipe())
    assert "scratch" in nets.initialise(other, nets.Recipe(), "none")
    first = next(iter(unet.encoder.parameters()))
    assert not torch.equal(next(iter(other.encoder.parameters())), first)
    assert "encoder.pt" in nets.initialise(other, nets.Recipe(), str(path))
    assert torch.equal(next(iter(other.encoder.parameters())), first)


def test_weights_of_another_network_are_refused(unet, tmp_path):
    torch.save({"x": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(UnreadableFile, match="not of this encoder"):
        nets.initialise(unet, nets.Recipe(), str(tmp_path / "other.pt"))
    (tmp_path / "text.pt").write_text("no tensors")
    with pytest.raises(UnreadableFile, match="no weights"):
        nets.initialise(unet, nets.Recipe(), str(tmp_path / "text.pt"))


def test_without_a_network_one_line_says_that_it_starts_from_scratch(unet, monkeypatch):
    def offline(*_args, **_told):
        raise OSError("Name or service not known\nand forty lines more")

    monkeypatch.setattr(nets, "find_spec", lambda _: None)
    monkeypatch.setattr(nets.segmentation_models().encoders, "get_encoder", offline)
    said = nets.initialise(unet, nets.Recipe(), "imagenet")
    assert "starts from scratch" in said
    assert "Name or service not known" in said
    assert "\n" not in said


def test_an_unknown_encoder_or_device_is_named():
    with pytest.raises(InvalidArgument, match="resnet18"):
        nets.build(nets.Recipe().with_encoder("perceptron"))
    with pytest.raises(InvalidArgument, match="auto"):
        device("abacus")
    assert device("cpu") == "cpu"


def test_frozen_norms_keep_the_statistics_that_they_came_with(unet):
    unet.train()
    nets.freeze_norms(unet)
    before = unet.encoder.model.bn1.running_mean.clone()
    unet(torch.randn(2, 3, 32, 32))
    assert torch.equal(unet.encoder.model.bn1.running_mean, before)


def test_loss_falls_towards_the_truth_and_ignores_the_unknown():
    truth = torch.zeros(1, 1, 16, 16, dtype=torch.uint8)
    truth[..., 4:9, 4:9] = 1
    right = (truth.float() * 2 - 1) * 6
    assert float(loss(right, truth)) < 0.3 < float(loss(torch.zeros_like(right), truth))
    part = truth.clone()
    part[..., :2, :] = UNKNOWN
    wild = right.clone()
    wild[..., :2, :] = 50
    assert float(loss(wild, part)) == pytest.approx(float(loss(right, part)))


def test_edges_lie_on_both_sides_of_an_outline():
    truth = torch.zeros(1, 1, 1, 20)
    truth[..., 10:] = 1
    assert edges(truth)[0, 0, 0].nonzero().ravel().tolist() == [8, 9, 10, 11]


def test_augmentation_keeps_range_shape_and_labels():
    torch.manual_seed(3)
    image = torch.full((4, 3, 32, 32), 100.0)
    label = torch.zeros(4, 1, 32, 32, dtype=torch.uint8)
    label[::2] = 1
    seen, truth = augmented((image, label))
    assert seen.shape == image.shape
    assert seen.dtype == torch.float32
    assert seen.min() >= 0
    assert seen.max() <= 255
    assert not torch.equal(seen, image)
    assert set(truth.unique().tolist()) <= {0, 1}
    torch.manual_seed(3)
    again, _ = augmented((image, label))
    assert torch.equal(seen, again)


def test_a_halo_is_a_multiple_of_the_stride():
    assert Reach(209, 140).halo(16) == 224
    assert Reach(224, 140).halo(16) == 224
