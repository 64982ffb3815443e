import json

import numpy as np

from geoml.learning import linear

NAMES = ("ndvi", "building_density")


def cells(slopes=(-5.0, 4.0), n: int = 400):
    rng = np.random.default_rng(0)
    rows = rng.random((n, 2))
    return rows, 1.5 + rows @ np.array(slopes) + rng.normal(0, 0.01, n)


def test_finds_the_line_that_made_the_cells(service):
    rows, target = cells()
    line = linear.fit(service, NAMES, rows, target)
    np.testing.assert_allclose(line.slope, [-5, 4], atol=0.02)
    assert np.abs(line.predict(rows) - target).max() < 0.06


def test_a_slope_against_the_declared_direction_is_held_at_zero(service):
    line = linear.fit(service, NAMES, *cells(slopes=(3.0, 4.0)))
    assert abs(line.slope[0]) < 1e-9
    assert line.slope[1] > 3


def test_an_unknown_input_is_its_mean_and_contributes_nothing(service):
    rows, target = cells()
    line = linear.fit(service, NAMES, rows, target)
    asked = np.array([[0.2, np.nan], [0.2, line.mean[1]]])
    assert line.predict(asked)[0] == line.predict(asked)[1]
    parts, average = line.explain(asked)
    assert parts[0, 1] == 0
    np.testing.assert_allclose(average + parts.sum(axis=1), line.predict(asked), atol=1e-12)


def test_inputs_are_those_the_area_has(service):
    assert linear.inputs(service, ("elevation", "ndvi", "slope")) == ("ndvi",)


def test_survives_json(service):
    line = linear.fit(service, NAMES, *cells())
    again = linear.Linear.from_dict(json.loads(json.dumps(line.as_dict())))
    asked = np.random.default_rng(1).random((5, 2))
    assert (again.predict(asked) == line.predict(asked)).all()
