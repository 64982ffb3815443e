"""The plan: made from headers alone, the same at each step whatever came before it."""

import pytest
from PIL import Image

from geoml.errors import NotEnoughData
from geoml.learning.segmentation import plan as plans
from geoml.learning.segmentation.batches import Batches
from geoml.learning.segmentation.dataset import DataSet, Generated, read
from geoml.learning.segmentation.plan import GSD_M, Plan, plan
from geoml.learning.segmentation.sheets import Sheet
from geoml.learning.segmentation.splits import split


def laid(*places, generated=(), seed=0):
    """A plan of one large sheet for each place."""
    sheets = [Sheet(name, name, name, (2000, 1000), 0.25, (), weight) for name, weight in places]
    regions = split(sheets, seed=seed)
    learn = tuple(one for one in regions if one.part == "learn")
    return Plan(learn, (), generated, seed)


def test_a_step_is_the_same_whatever_came_before_it():
    one = laid(("a", 1.0), ("b", 1.0), generated=(Generated(9, 1),))
    later = [one.batch(step, 6) for step in range(5)]
    assert one.batch(4, 6) == later[4]
    assert later[3] != later[4]


def test_places_are_drawn_by_their_weight_and_not_by_their_size():
    found = laid(("a", 3.0), ("b", 1.0), generated=(Generated(9, 1, weight=4.0),))
    drawn = [one for step in range(60) for one in found.batch(step, 10)]
    shares = [
        sum((one.region.sheet.place if one.region else "-") == name for one in drawn) / len(drawn)
        for name in ("a", "b", "-")
    ]
    assert shares == pytest.approx([0.375, 0.125, 0.5], abs=0.06)
    assert found.places == ("a", "b", "generated")


def test_scales_are_drawn_around_the_working_size():
    sizes = [one.gsd_m for step in range(40) for one in laid(("a", 1.0)).batch(step, 8)]
    assert 0.6 * GSD_M <= min(sizes) < 0.7 * GSD_M
    assert 1.4 * GSD_M < max(sizes) <= 1.6 * GSD_M


def test_nothing_to_learn_from_is_said(tmp_path):
    for name in ("a.png", "m.png"):
        Image.new("RGB", (64, 64)).save(tmp_path / name)
    path = tmp_path / "only.toml"
    path.write_text(
        '[[pictures]]\nplace = "x"\nimages = "a.png"\nmasks = "m.png"\ngsd_m = 0.25\n'
        'held_out = true\nattribution = "nobody"\n'
    )
    with pytest.raises(NotEnoughData, match="nothing to learn from"):
        plan(read(path))


def test_the_plan_reads_headers_and_no_pixel(tmp_path, monkeypatch):
    Image.new("RGB", (640, 320)).save(tmp_path / "a.png")
    Image.new("L", (640, 320)).save(tmp_path / "m.png")
    content = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(content[: len(content) // 2])  # its pixels are gone
    path = tmp_path / "t.toml"
    path.write_text(
        '[[pictures]]\nplace = "x"\nimages = "a.png"\nmasks = "m.png"\ngsd_m = 0.25\n'
        'attribution = "nobody"\n'
    )
    found = plan(read(path))
    assert found.learn
    assert {one.sheet.tiles[0].image.name for one in found.learn} == {"a.png"}


def test_made_up_chips_are_drawn_once_and_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(plans, "SCALE", (1.0, 1.01))
    found = plan(DataSet(("x",), (), (Generated(1, 7),)))
    batches = Batches(found, size=2, size_px=32, cache=tmp_path / "cache")
    rgb, label = batches.at(0)
    assert rgb.shape == (2, 3, 32, 32)
    assert label.shape == (2, 1, 32, 32)
    (kept,) = (tmp_path / "cache").iterdir()
    before = kept.stat().st_mtime_ns
    assert (Batches(found, size=2, size_px=32, cache=tmp_path / "cache").at(0)[0] == rgb).all()
    assert kept.stat().st_mtime_ns == before


def test_batches_come_in_the_order_of_their_steps(tmp_path):
    found = plan(DataSet(("x",), (), (Generated(2, 3),)))
    batches = Batches(found, size=1, size_px=32, cache=tmp_path)
    ahead = [rgb.tobytes() for rgb, _ in batches.steps(3, 6)]
    assert ahead == [batches.at(step)[0].tobytes() for step in (3, 4, 5)]
