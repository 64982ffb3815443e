import pytest

from geoml.areas.demo.layout import lay_out
from geoml.areas.demo.plan import plan, seeded


@pytest.mark.slow
def test_the_same_seed_lays_out_the_same_town_and_another_another(valley):
    again = lay_out(plan("demo"))
    assert (again.elevation_m == valley.elevation_m).all()
    assert [b.shape.wkb for b in again.buildings] == [b.shape.wkb for b in valley.buildings]
    other = lay_out(seeded(plan("demo"), 7))
    assert 1500 < len(other.buildings) <= 2400
    assert other.water.main.symmetric_difference(valley.water.main).area > 10_000


def test_used_selects_by_use(valley):
    assert {building.use for building in valley.used("shed", "barn")} == {"shed", "barn"}
