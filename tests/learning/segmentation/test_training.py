"""Training goes on where it was, whatever stopped it, and ends with the same network."""

import signal
import subprocess
import sys
from itertools import pairwise

import pytest

from geoml.errors import CorruptFile, InvalidArgument

torch = pytest.importorskip("torch", reason="no torch here: make env-deep")
from geoml.learning.segmentation import checkpoint  # noqa: E402
from geoml.learning.segmentation.batches import Batches  # noqa: E402
from geoml.learning.segmentation.dataset import DataSet, Generated  # noqa: E402
from geoml.learning.segmentation.net import Recipe  # noqa: E402
from geoml.learning.segmentation.plan import plan  # noqa: E402
from geoml.learning.segmentation.training import Options, best, fit, rate_at  # noqa: E402

pytestmark = [pytest.mark.deep, pytest.mark.slow]

TINY = Recipe(encoder="mobilenet_v2", depth=3, decoder=(8, 8, 8))
OPTIONS = Options(epochs=2, steps=3, batch=2, size_px=32)


DYING = """
import os, signal, sys
from pathlib import Path
from geoml.learning.segmentation import training
from geoml.learning.segmentation.batches import Batches
from geoml.learning.segmentation.dataset import DataSet, Generated
from geoml.learning.segmentation.net import Recipe
from geoml.learning.segmentation.plan import plan
folder, cache = map(Path, sys.argv[1:])
step, training._SAVE_S = training._step, 0.0
def dying(found, batch, options, total):
    if found.step == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return step(found, batch, options, total)
training._step = dying
batches = Batches(plan(DataSet(("x",), (), (Generated(3, 7),))), size=2, size_px=32, cache=cache)
options = training.Options(epochs=2, steps=3, batch=2, size_px=32)
training.fit(batches, Recipe("mobilenet_v2", 3, (8, 8, 8)), options, folder, weights="none")
"""


@pytest.fixture(scope="module")
def batches(tmp_path_factory):
    laid = plan(DataSet(("x",), (), (Generated(3, 7),)))
    return Batches(laid, size=2, size_px=32, cache=tmp_path_factory.mktemp("chips"))


@pytest.fixture(scope="module")
def whole(batches, tmp_path_factory):
    """A training that nothing stopped."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, fit(batches, TINY, OPTIONS, folder, weights="none")


def test_each_epoch_is_told_and_the_rates_have_moved(whole):
    folder, found = whole
    assert found.step == 6
    assert [one["step"] for one in found.history] == [3, 6]
    assert all(0 < one["loss"] < 10 for one in found.history)
    recipe, net, state = best(folder)
    assert recipe == TINY
    assert state["step"] == 6
    assert not net.training


def test_a_training_that_was_killed_ends_with_the_same_network(batches, whole, tmp_path):
    """Killed with -9 in the middle of the second epoch; only what lies on the disk is left."""
    killed = subprocess.run([sys.executable, "-c", DYING, str(tmp_path), str(batches.cache)])
    assert killed.returncode == -signal.SIGKILL
    assert checkpoint.load(tmp_path / "last.pt")["step"] == 4
    found = fit(batches, TINY, OPTIONS, tmp_path, weights="none")
    assert found.step == 6
    for name, value in whole[1].net.state_dict().items():
        assert torch.equal(found.net.state_dict()[name], value), name
    assert best(tmp_path)[2]["step"] == 6


def test_no_resume_begins_again(batches, whole, tmp_path):
    fit(batches, TINY, Options(epochs=1, steps=1, batch=2, size_px=32), tmp_path, weights="none")
    again = Options(epochs=1, steps=2, batch=2, size_px=32)
    found = fit(batches, TINY, again, tmp_path, weights="none", resume=False)
    assert found.step == 2
    assert len(found.history) == 1


def test_the_best_epoch_is_kept_and_patience_ends(batches, tmp_path):
    judged = iter((0.3, 0.7, 0.5, 0.6, 0.1))
    options = Options(epochs=9, steps=1, batch=1, size_px=32, patience=2)
    small = Batches(batches.plan, size=1, size_px=32, cache=batches.cache)
    found = fit(small, TINY, options, tmp_path, weights="none", judge=lambda _: next(judged))
    assert [one["iou"] for one in found.history] == [0.3, 0.7, 0.5, 0.6]
    assert best(tmp_path)[2]["best_epoch"] == 2


def test_a_checkpoint_of_another_network_is_refused(batches, whole):
    with pytest.raises(InvalidArgument, match="--no-resume"):
        fit(batches, Recipe("mobilenet_v2", 3, (8, 8, 4)), OPTIONS, whole[0], weights="none")


def test_a_checkpoint_holds_nothing_that_could_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return (print, ("executed",))

    torch.save({"x": Evil()}, tmp_path / "last.pt")
    with pytest.raises(CorruptFile, match="--no-resume"):
        checkpoint.load(tmp_path / "last.pt")
    (tmp_path / "last.pt").write_bytes(b"half a file")
    with pytest.raises(CorruptFile):
        checkpoint.load(tmp_path / "last.pt")
    assert checkpoint.load(tmp_path / "absent.pt") is None


def test_without_a_finished_epoch_there_is_no_best(tmp_path):
    with pytest.raises(InvalidArgument, match="no epoch"):
        best(tmp_path)


def test_the_rate_rises_stays_and_falls():
    rates = [rate_at(step, 1000) for step in range(1000)]
    assert rates[0] < 0.05
    assert set(rates[100:600]) == {1.0}
    assert all(b <= a for a, b in pairwise(rates[600:]))
    assert rates[-1] == pytest.approx(0.02)
    with pytest.raises(InvalidArgument):
        Options(epochs=0)
