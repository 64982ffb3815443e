import numpy as np

from geoml.learning.inputs import (
    enough,
    holds,
    matrix,
    middle,
    only,
    patterns,
    with_forgetting,
)

NAMES = ("ndvi", "building_density", "water_distance", "elevation")


def rows_with_gaps(n: int = 500) -> np.ndarray:
    """Half of the rows lack density, some lack elevation; NDVI is always known."""
    rng = np.random.default_rng(1)
    rows = rng.random((n, len(NAMES))) + 1
    rows[: n // 2, 1] = np.nan
    rows[::7, 3] = np.nan
    return rows


def test_absent_and_infinite_are_unknown():
    rows = matrix(NAMES, {"ndvi": np.array([0.5, np.inf]), "unheard_of": np.array([1.0, 2.0])})
    assert rows.shape == (2, 4)
    assert rows[0, 0] == 0.5
    assert np.isnan(rows).sum() == 7


def test_enough_asks_for_one_of_each_group(service):
    rows = matrix(
        NAMES,
        {
            "ndvi": np.array([0.5, np.nan, np.nan]),
            "building_density": np.array([np.nan, 0.3, np.nan]),
            "elevation": np.array([1.0, 1.0, 1.0]),
        },
    )
    assert enough(service, NAMES, rows).tolist() == [True, True, False]


def test_patterns_are_all_the_trio_and_each_alone(service):
    assert patterns(service, NAMES) == (
        NAMES,
        ("ndvi", "building_density", "water_distance"),
        ("ndvi",),
        ("building_density",),
    )


def test_patterns_without_buildings(service):
    assert patterns(service, ("ndvi", "elevation")) == (("ndvi", "elevation"), ("ndvi",))


def test_only_hides_the_rest():
    rows = only(("ndvi",), NAMES, rows_with_gaps())
    assert np.isfinite(rows[:, 0]).all()
    assert np.isnan(rows[:, 1:]).all()
    assert holds(("ndvi",), NAMES, rows).all()
    assert not holds(("ndvi", "elevation"), NAMES, rows).any()


def test_middle_of_a_column_without_any_known_value_is_zero():
    rows = np.array([[1.0, np.nan], [3.0, np.nan]])
    assert middle(rows).tolist() == [2.0, 0.0]


def test_copies_forget_every_feature_yet_keep_the_least_and_weigh_half(service):
    rows = rows_with_gaps()
    x, y, weight = with_forgetting(service, NAMES, rows, np.arange(500.0), seed=3)
    assert np.array_equal(x[:500], rows, equal_nan=True)
    assert (weight[:500] == 1).all()
    np.testing.assert_allclose(weight[500:].sum(), 250)
    copies = x[500:]
    assert enough(service, NAMES, copies).all()
    assert np.isnan(copies).any(axis=0).all(), "each feature is forgotten somewhere"
    assert np.isfinite(copies).any(axis=0).all(), "and known somewhere"
    source = rows[y[500:].astype(int)]
    known = np.isfinite(copies)
    assert (copies[known] == source[known]).all(), "no value is invented"


def test_forgetting_is_seeded(service):
    first = with_forgetting(service, NAMES, rows_with_gaps(), np.zeros(500), seed=3)
    again = with_forgetting(service, NAMES, rows_with_gaps(), np.zeros(500), seed=3)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(first, again, strict=True))
