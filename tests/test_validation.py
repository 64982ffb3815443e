"""What ``docs/validation.md`` says of roofs is counted rightly, and measured again by parts."""

import numpy as np
import pytest
import shapely

from benchmarks import district, roofs, validation
from geoml.learning.segmentation.metrics import Counts, scores


def test_the_best_rule_is_the_index_that_tells_roofs_apart():
    """Red roofs as bright as the ground: brightness is useless, red over blue decides."""
    rgb = np.full((80, 80, 3), 100, np.uint8)
    truth = np.zeros((80, 80), bool)
    truth[20:60, 10:50] = True
    rgb[truth] = (150, 100, 50)
    rule = roofs.best_rule([(rgb, truth, 1.25)])
    assert (rule.name, rule.sign) == ("red over blue", 1)
    assert 0 < rule.least <= 100
    assert (rule(rgb, 1.25) == truth).all()


def test_a_rule_may_be_that_roofs_are_the_darker_ones():
    rng = np.random.default_rng(0)
    truth = np.zeros((80, 80), bool)
    truth[::2] = True
    grey = np.where(truth, 60, 160) + rng.integers(-20, 20, truth.shape)
    rgb = np.repeat(grey[..., None], 3, axis=-1).astype(np.uint8)
    rule = roofs.best_rule([(rgb[:40], truth[:40], 1.25), (rgb[40:], truth[40:], 1.25)])
    assert (rule.name, rule.sign) == ("brightness", -1)
    assert rule.told.startswith("brightness below ")
    assert (rule(rgb, 1.25) == truth).all()


def test_pieces_of_a_mask_are_its_bodies_in_metres():
    mask = np.zeros((60, 60), bool)
    mask[10:30, 10:30] = mask[35:45, 40:50] = True
    shapes = roofs.pieces_of(mask, 0.5)
    assert sorted(shapely.area(shapes)) == pytest.approx([25, 100])
    assert (roofs.drawn(shapes, mask.shape, 0.5) == mask).all()
    assert not roofs.drawn([], mask.shape, 0.5).any()


def test_counts_add_up_by_what_was_measured():
    rows = [{"a": Counts(hit=1), "b": Counts(missed=2)}, {"a": Counts(hit=3, false_alarm=4)}]
    total = dict(roofs.added(rows))
    assert total == {"a": Counts(hit=4, false_alarm=4), "b": Counts(missed=2)}
    assert scores("a", [total["a"]]).iou == 0.5
    assert roofs.pixel_row("b", [total["b"]])[1:] == ["0.000", "-", "0.000", "-", "-"]


@pytest.mark.parametrize(
    ("one", "other", "degrees"),
    [
        ((30, 90), (30, 90), 0),
        ((30, 90), (20, 90), 10),
        ((30, 0), (30, 180), 60),
        ((0, np.nan), (30, 45), 30),
        ((90, 10), (90, 55), 45),
    ],
)
def test_degrees_between_two_planes(one, other, degrees):
    assert district.between(one, other) == pytest.approx(degrees, abs=1e-6)


def test_only_what_is_asked_for_is_measured_again(monkeypatch):
    sections = tuple(
        validation.Section(title, lambda title=title: [f"new {title}"])
        for title in ("Water", "Roofs here", "Roofs there")
    )
    monkeypatch.setattr(validation, "SECTIONS", sections)
    before = "# Head\n\nof a day\n\n## Water\n\nold\n\n### Part\n\nof it\n\n## Roofs here\n\nold\n"
    told = validation.page("# Head\n\nof today", before, ["Roof"])
    assert told == (
        "# Head\n\nof a day\n\n## Water\n\nold\n\n### Part\n\nof it\n\n"
        "## Roofs here\n\nnew Roofs here\n\n## Roofs there\n\nnew Roofs there\n"
    )
    whole = validation.page("# Head\n\nof today", "", ())
    assert whole.startswith("# Head\n\nof today\n\n## Water\n\nnew Water\n\n## Roofs here")
