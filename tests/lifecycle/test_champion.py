"""Which model answers for towns without one: a good one takes over from a poor one, and stays."""

import pytest

from geoml import modelstore
from geoml.lifecycle.train import _better_everywhere
from geoml.paths import Home


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


@pytest.fixture
def trained(home, service):
    """``trained(version, code, synthetic=False)``: a model with that warning, made as train does.

    It becomes the champion of an area, and of the service where it is the better one.
    """
    least = [name for group in service.needs_one_of for name in group]

    def make(version, code=None, *, synthetic=False, features=least):
        def fill(folder):
            (folder / "model.txt").write_text(version)
            return {
                "synthetic": synthetic,
                "accepted": code != "not_accepted",
                "warnings": [{"code": code, "fr": "", "en": ""}] if code else [],
                "features_used": features,
            }

        ref = modelstore.save(home, service.name, version, fill)
        everywhere = _better_everywhere(home, service, ref)
        modelstore.promote(home, ref, area=f"area{version}", everywhere=everywhere)
        return ref

    return make


@pytest.mark.parametrize("code", ["not_accepted", "skill", "little"])
def test_a_good_model_takes_over_from_a_doubtful_one_and_stays(home, service, trained, code):
    poor = trained("1", code)
    assert modelstore.champion(home, service.name) == poor
    good = trained("2")
    assert modelstore.champion(home, service.name) == good
    trained("3")
    trained("4", code)
    assert modelstore.champion(home, service.name) == good


def test_a_real_model_takes_over_from_a_made_up_one(home, service, trained):
    trained("1", synthetic=True)
    doubtful = trained("2", "not_accepted")
    assert modelstore.champion(home, service.name) == doubtful
    trained("2b", synthetic=True)
    assert modelstore.champion(home, service.name) == doubtful
    real = trained("3")
    assert modelstore.champion(home, service.name) == real


def test_one_that_cannot_live_on_the_least_takes_over_from_nothing(home, service, trained):
    poor = trained("1", "not_accepted")
    trained("2", features=[])
    assert modelstore.champion(home, service.name) == poor


def test_a_choice_of_a_person_stays(home, service, trained):
    poor = trained("1", "not_accepted")
    modelstore.promote(home, poor, chosen=True)
    trained("2")
    assert modelstore.champion(home, service.name) == poor
