"""A crash at any moment leaves the old file or the new one."""

import math

import pytest

from geoml.files import building, read_json, replacing, sha256, write_json


def test_a_file_is_replaced_at_one_stroke(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path, stop):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(stop), replacing(path) as temporary:
        temporary.write_text("half")
        raise stop
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("stop", [ValueError, KeyboardInterrupt])
def test_an_interrupted_folder_leaves_nothing(tmp_path, stop):
    with pytest.raises(stop), building(tmp_path / "edition") as folder:
        (folder / "score.tif").write_bytes(b"half")
        raise stop
    assert list(tmp_path.iterdir()) == []


def test_nan_is_refused_not_written(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"rmse": math.nan})
    assert list(tmp_path.iterdir()) == []


def test_json_is_readable_by_everyone_and_repeats(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": "é"})
    write_json(tmp_path / "b.json", {"a": "é", "b": 1})
    assert sha256(tmp_path / "a.json") == sha256(tmp_path / "b.json")
    assert read_json(tmp_path / "a.json") == {"a": "é", "b": 1}
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o644
