"""In which unit a terrain model is: told by its caller, its file, or nobody."""

import pytest

from geoml.areas.ingest import lengths
from geoml.errors import InvalidArgument


@pytest.mark.parametrize(
    ("tag", "metres"),
    [("m", 1), ("[m]", 1), ("Feet", 0.3048), ("US_survey_foot", 0.3048006), ("cm", 0.01)],
)
def test_names_of_lengths(tag, metres):
    assert lengths.metres_in(tag) == pytest.approx(metres, rel=1e-7)


def test_what_is_no_length_is_refused_from_a_caller_and_noted_of_a_file():
    with pytest.raises(InvalidArgument, match="not a unit of length"):
        lengths.named("dem", "furlong")
    assert "'furlong'" in lengths.note("furlong")[0]
    assert "taken as m" in lengths.note("")[0]
    assert lengths.note("metre") == []
