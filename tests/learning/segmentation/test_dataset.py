"""Data sets in words: what is told is found, and what is not understood is named."""

import pytest

from geoml.errors import InvalidArgument, NotEnoughData, UnreadableFile
from geoml.learning.segmentation.dataset import read, read_all
from geoml.learning.segmentation.masks import MaskRule

TABLE = """
[[pictures]]
place = "old-town"
images = "photos/*.png"
masks = "{folder}/../truth/{stem}.png"
gsd_m = 0.25
attribution = "nobody"
"""


@pytest.fixture
def town(tmp_path):
    """Two pictures with their masks, as names only: headers are not looked at here."""
    for folder in ("photos", "truth"):
        (tmp_path / folder).mkdir()
        for name in ("b.png", "a.png"):
            (tmp_path / folder / name).touch()
    path = tmp_path / "town.toml"
    path.write_text(TABLE)
    return path


def test_pictures_are_paired_with_their_masks_by_name(town):
    (found,) = read(town).pictures
    assert [path.name for path in found.images] == ["a.png", "b.png"]
    assert [path.resolve().parent.name for path in found.masks] == ["truth", "truth"]
    assert found.place == "old-town"
    assert found.rule == MaskRule()
    assert not found.held_out


def test_masks_are_found_from_a_relative_path_too(town, monkeypatch):
    monkeypatch.chdir(town.parent.parent)
    (found,) = read(town.relative_to(town.parent.parent)).pictures
    assert all(path.is_file() for path in (*found.images, *found.masks))


def test_a_path_may_lead_out_of_the_folder_of_the_file(town, tmp_path):
    (tmp_path / "sets").mkdir()
    moved = tmp_path / "sets" / "town.toml"
    moved.write_text(TABLE.replace("photos/*", "../photos/*"))
    assert len(read(moved).pictures[0].images) == 2


def test_several_files_are_one_data_set(town, tmp_path):
    made_up = tmp_path / "made-up.toml"
    made_up.write_text("[[generated]]\ncount = 3\nseed = 5\n")
    found = read_all((town, made_up))
    assert found.titles == ("town", "made-up")
    assert len(found.pictures) == 1
    assert found.generated[0].count == 3


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("photos/*.png", "photos/*.tif", NotEnoughData, "no such file"),
        ("truth/", "lies/", NotEnoughData, "without its mask"),
        ("gsd_m = 0.25", "gsd_m = 25", InvalidArgument, "size of a pixel"),
        ("gsd_m = 0.25", 'gsd_m = "fine"', InvalidArgument, "gsd_m"),
        ("gsd_m = 0.25", "resolution = 0.25", InvalidArgument, "'resolution' is not understood"),
        ('attribution = "nobody"', "", InvalidArgument, "does not say enough"),
        ("gsd_m = 0.25", 'roofs = "r.geojson"', InvalidArgument, "or too much"),
        ("gsd_m = 0.25", "mask = { value = 300 }", InvalidArgument, "what a roof is"),
        ("[[pictures]]", "[[pictures", UnreadableFile, "no data set"),
    ],
)
def test_what_cannot_be_meant_is_named(town, old, new, error, words):
    town.write_text(TABLE.replace(old, new))
    with pytest.raises(error, match=words):
        read(town)


def test_nothing_is_no_data_set(town):
    town.write_text('title = "empty"\n')
    with pytest.raises(NotEnoughData, match="empty"):
        read(town)
    with pytest.raises(InvalidArgument, match="--data"):
        read_all(())
    with pytest.raises(UnreadableFile):
        read(town.with_name("absent.toml"))
