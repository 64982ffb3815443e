"""An id can never leave its folder."""

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoml.errors import InvalidArgument
from geoml.paths import Home, slug

HOME = Home(Path("/town"))


@pytest.mark.parametrize(
    "bad", ["..", "../etc", "a/b", "", "A", "a b", "-a", "a.", "a\0", "é", "a" * 49]
)
def test_a_dangerous_id_is_refused(bad):
    with pytest.raises(InvalidArgument, match="identifier"):
        HOME.area(bad)


@given(st.text(max_size=60))
def test_whatever_is_accepted_stays_inside(name):
    try:
        path = HOME.area(slug(name))
    except InvalidArgument:
        return
    assert path.parent == HOME.areas


@pytest.mark.parametrize("below", ["", "/deep/er"])
def test_a_file_cannot_be_the_home(tmp_path, monkeypatch, below):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GEOML_HOME", f"{tmp_path}/file{below}")
    with pytest.raises(InvalidArgument, match=r"GEOML_HOME=.*file, which is no folder"):
        Home.from_environment()


def test_a_closed_way_to_the_home_is_told(tmp_path, monkeypatch):
    def closed(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setenv("GEOML_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Path, "exists", closed)
    with pytest.raises(InvalidArgument, match="Permission denied"):
        Home.from_environment()


def test_a_home_need_not_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("GEOML_HOME", str(tmp_path / "a" / "b"))
    assert Home.from_environment().root == tmp_path / "a" / "b"


def test_an_error_of_the_disk_is_about_the_home_or_not(tmp_path):
    home, new = Home(tmp_path), Home(tmp_path / "new")
    denied = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "areas"))
    assert "GEOML_HOME" in str(home.unusable(denied))
    missing = FileNotFoundError(errno.ENOENT, "No such file", str(tmp_path / "new" / "areas"))
    assert "GEOML_HOME" in str(new.unusable(missing))
    assert home.unusable(missing) is None  # the home is there: a file of it is missing
    assert new.unusable(denied) is None  # not below it
    assert home.unusable(OSError("no file at all")) is None
