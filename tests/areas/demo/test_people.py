import numpy as np

from geoml.areas.demo.people import CELL_M, population


def test_people_are_counted_once_in_whole_numbers_where_houses_stand(layout):
    grid = layout.plan.grid(CELL_M)
    people = population(layout, grid)
    assert people.shape == grid.shape
    assert (people == np.round(people)).all()
    assert people.min() == 0
    assert 5_000 < people.sum() < 20_000
    x, y = layout.plan.centre
    row, col = grid.index(x, y + 100)
    assert people[row - 2 : row + 3, col - 2 : col + 3].sum() > 200
