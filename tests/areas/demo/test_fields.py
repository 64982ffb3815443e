import numpy as np
import pytest

from geoml.areas.demo.fields import hashed, parcels
from geoml.areas.demo.plan import plan


@pytest.fixture(scope="module")
def fields():
    return parcels(plan("demo"), plan("demo").grid(10.0))


def test_parcels_have_the_size_of_fields(fields):
    _, cells = np.unique(fields.number, return_counts=True)
    hectares = cells * 0.01
    assert 400 < hectares.size < 6000
    typical = np.sort(hectares)[np.searchsorted(np.cumsum(np.sort(hectares)), 2250)]
    assert 1.0 < typical < 8.0  # half of the land lies in smaller parcels than this


def test_a_chance_is_even_and_the_same_all_over_a_parcel(fields):
    chance = fields.chance(3)
    one = chance[fields.number == fields.number[300, 300]]
    assert np.ptp(one) == 0
    assert chance.min() >= 0
    assert chance.max() < 1
    _, first = np.unique(fields.number, return_index=True)
    per_parcel = chance.ravel()[first]
    assert per_parcel.mean() == pytest.approx(0.5, abs=0.05)
    assert abs(np.corrcoef(per_parcel, fields.chance(4).ravel()[first])[0, 1]) < 0.1


def test_edges_are_where_the_parcel_changes(fields):
    changes = fields.number[:, 1:] != fields.number[:, :-1]
    assert fields.edge[:, 1:][changes].all()
    assert 0.02 < fields.edge.mean() < 0.4


def test_hashed_depends_on_both_numbers():
    one, two = np.arange(5000.0), np.ones(5000)
    draw = hashed(one, two)
    assert draw.mean() == pytest.approx(0.5, abs=0.03)
    assert (draw != hashed(one, two + 1)).mean() > 0.99
