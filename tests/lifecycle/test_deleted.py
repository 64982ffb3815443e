"""An area that is deleted, or made again, while it is scored leaves no edition behind."""

import shutil

import pytest

from geoml import editions
from geoml.areas import area as areas
from geoml.errors import Conflict, UnknownArea
from geoml.lifecycle import run as running
from geoml.paths import Home


@pytest.fixture
def home(town, tmp_path):
    shutil.copytree(town.root, tmp_path / "home")
    return Home(tmp_path / "home")


def during_scoring(monkeypatch, what):
    """Do something at the end of scoring, as another process might without asking for the lock."""
    real = running.edition_item

    def item(*arguments):
        real(*arguments)
        what()

    monkeypatch.setattr(running, "edition_item", item)


def test_a_folder_that_goes_while_it_is_scored(home, service_name, monkeypatch):
    before = editions.current(home, service_name, "town")
    during_scoring(monkeypatch, lambda: shutil.rmtree(home.area("town")))
    with pytest.raises(UnknownArea):
        running.run(home, service_name, "town", force=True)
    assert editions.all_of(home, service_name, "town") == (before,)


def test_an_area_made_again_while_it_is_scored(home, service_name, little, monkeypatch):
    def again():
        shutil.rmtree(home.area("town"))
        areas.create(home, "town", "Another", bbox=little.bbox)

    before = editions.current(home, service_name, "town")
    during_scoring(monkeypatch, again)
    with pytest.raises(Conflict, match="made again"):
        running.run(home, service_name, "town", force=True)
    assert editions.all_of(home, service_name, "town") == (before,)
