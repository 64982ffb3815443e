from functools import cache

import pytest

from geoml.areas.demo.layout import lay_out
from geoml.areas.demo.plan import PLANS


@cache
def laid_out(which):
    return lay_out(PLANS[which])


@pytest.fixture(scope="session", params=sorted(PLANS))
def layout(request):
    """Each town as lines and outlines: about two seconds, hence once a session."""
    return laid_out(request.param)


@pytest.fixture(scope="session")
def valley():
    return laid_out("demo")


@pytest.fixture(scope="session")
def coast():
    return laid_out("demo-coast")
