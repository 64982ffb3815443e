"""Areas that are damaged, or that go while somebody works on them."""

import pytest

from geoml.areas import area as areas
from geoml.errors import Busy, CorruptFile, UnknownArea
from geoml.files import alone, read_json, write_json
from geoml.paths import Home


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    areas.create(home, "town", "Town", bbox=(2.30, 48.80, 2.31, 48.81))
    return home


def damage(home, how):
    path = home.area("town") / "area.json"
    if how == "cut":
        path.write_text(path.read_text()[:40])
    elif how == "binary":
        path.write_bytes(b"\xff\xfe\x00")
    elif how == "list":
        path.write_text("[]")
    else:
        document = read_json(path)
        {"future": document.update, "poor": lambda _: document.pop("grid")}[how]({"format": 99})
        write_json(path, document)


@pytest.mark.parametrize("how", ["cut", "binary", "list", "future", "poor"])
def test_a_damaged_document_is_told_with_its_path_and_can_be_deleted(home, how):
    damage(home, how)
    with pytest.raises(CorruptFile, match="geoml area delete town") as caught:
        areas.load(home, "town")
    assert str(home.area("town") / "area.json") in caught.value.where
    areas.delete(home, "town")
    assert areas.names(home) == ()
    assert areas.create(home, "town", "Town", bbox=(2.30, 48.80, 2.31, 48.81)).id == "town"


def test_a_folder_without_a_document_can_be_deleted(home):
    (home.area("town") / "area.json").unlink()
    with pytest.raises(UnknownArea):
        areas.load(home, "town")
    areas.delete(home, "town")
    assert not home.area("town").exists()


@pytest.mark.parametrize("bad", ["nowhere", "../town", "", "a b"])
def test_what_is_no_area_cannot_be_deleted(home, bad):
    with pytest.raises(UnknownArea, match="one of town"):
        areas.delete(home, bad)


def test_an_area_that_is_being_published_cannot_be_deleted(home):
    shelf = home.editions("answer", "town")
    with alone(shelf, wait=False), pytest.raises(Busy, match="publishing"):
        areas.delete(home, "town")
    assert areas.names(home) == ("town",)
    areas.delete(home, "town")
    assert not shelf.exists()
