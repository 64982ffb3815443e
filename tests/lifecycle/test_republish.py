"""An old edition in the newest format: the same answers, every file, and the old one kept."""

import json
import os
import shutil

import pytest

from geoml import editions
from geoml.cli.app import app
from geoml.errors import CorruptFile
from geoml.files import read_json, write_json
from geoml.lifecycle.republish import lacking, republish
from geoml.vector.read import read_frame

NEW = ("cells-index.arrow", "tiles-units.pmtiles", "units-index.arrow", "units.geojson")


@pytest.fixture
def home(town, tmp_path, service_name):
    """The town with an edition of before there were ready-made features."""
    own = type(town)(tmp_path / "home")
    shutil.copytree(town.area("town"), own.area("town"))
    shutil.copytree(town.editions(service_name, "town"), own.editions(service_name, "town"))
    folder = editions.current(own, service_name, "town").folder
    manifest = read_json(folder / "manifest.json")
    for name in NEW:
        (folder / name).unlink()
        del manifest["files"][name]
    write_json(folder / "manifest.json", manifest)
    return own


def test_it_has_every_file_and_the_same_answers(home, town, service_name):
    old = editions.current(home, service_name, "town")
    assert lacking(old) == NEW
    new, made = republish(home, service_name, "town")
    assert made
    assert editions.current(home, service_name, "town") == new
    assert lacking(new) == ()
    new.verify()
    old.verify()
    assert read_frame(new.folder / "units.parquet").equals(read_frame(old.folder / "units.parquet"))
    fresh = editions.current(town, service_name, "town").manifest()
    assert new.manifest()["content_sha256"] == fresh["content_sha256"]
    same = ("model", "date", "reference", "sources", "features_used", "warnings", "units", "cells")
    assert {key: new.manifest()[key] for key in same} == {key: fresh[key] for key in same}


def test_what_is_complete_stays_unless_forced(home, service_name):
    first, _ = republish(home, service_name, "town")
    assert republish(home, service_name, "town") == (first, False)
    again, made = republish(home, service_name, "town", force=True)
    assert made
    assert again.manifest()["content_sha256"] == first.manifest()["content_sha256"]


def test_without_hard_links_the_rasters_are_copied(home, service_name, monkeypatch):
    def refused(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "link", refused)
    new, _ = republish(home, service_name, "town")
    new.verify()
    assert (new.folder / "score.tif").stat().st_nlink == 1


def test_a_damaged_edition_is_not_made_to_look_whole(home, service_name):
    old = editions.current(home, service_name, "town")
    damaged = old.folder / "score.tif"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    with pytest.raises(CorruptFile, match="not the file that was written"):
        republish(home, service_name, "town")
    assert editions.current(home, service_name, "town") == old


def test_the_command_says_what_is_served_now(home, service_name, monkeypatch, capsys):
    monkeypatch.setenv("GEOML_HOME", str(home.root))
    for new in (True, False):
        with pytest.raises(SystemExit, match="0"):
            app(["republish", service_name, "--area", "town", "--json"])
        told = json.loads(capsys.readouterr().out)
        ref = editions.current(home, service_name, "town")
        wanted = {"service": service_name, "area": "town", "edition": ref.id, "republished": new}
        assert told == [wanted]


def test_nothing_published_is_nothing_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GEOML_HOME", str(tmp_path))
    with pytest.raises(SystemExit, match="0"):
        app(["republish", "--json"])
    assert json.loads(capsys.readouterr().out) == []
