"""What is varied in the pictures that a network learns from."""

import pytest

torch = pytest.importorskip("torch", reason="no torch here: make env-deep")
from geoml.learning.segmentation.augment import recoloured  # noqa: E402

pytestmark = [pytest.mark.deep, pytest.mark.slow]


@pytest.fixture
def batch():
    """A dull dark picture and a lively bright one, in 0..1, none of whose values is cut."""
    torch.manual_seed(1)
    noise = torch.rand(2, 3, 64, 64) - 0.5
    return torch.stack([0.3 + 0.1 * noise[0], 0.6 + 0.2 * noise[1]])


def test_a_picture_takes_mean_and_spread_of_another(batch):
    torch.manual_seed(1)  # the two change places
    seen = recoloured(batch, share=1.0)
    spread, mean = torch.std_mean(batch, dim=(2, 3))
    got_spread, got_mean = torch.std_mean(seen, dim=(2, 3))
    assert torch.allclose(got_mean, mean.flip(0), atol=1e-3)
    assert torch.allclose(got_spread, spread.flip(0), atol=1e-3)
    assert torch.equal(seen.argsort(dim=-1)[0, 0, 0], batch.argsort(dim=-1)[0, 0, 0])


def test_a_picture_of_one_colour_stays_one(batch):
    batch[0] = 0.25
    torch.manual_seed(1)
    seen = recoloured(batch, share=1.0)
    assert float(seen[0].std(dim=(1, 2)).max()) < 1e-6
    assert torch.isfinite(seen).all()
    assert 0 <= seen.min() <= seen.max() <= 1


def test_the_others_stay_as_they_are(batch):
    assert torch.equal(recoloured(batch, share=0.0), batch)
