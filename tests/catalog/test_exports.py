"""Downloads are made once, lie outside the edition, and leave when there are too many."""

import os
from concurrent.futures import ThreadPoolExecutor

import pyogrio
import pytest

from geoml.catalog import exports
from geoml.catalog.collections import find
from geoml.catalog.exports import export, prune
from geoml.errors import InvalidArgument, OversizedExport
from geoml.vector.export import FORMATS
from geoml.vector.read import read_frame


@pytest.fixture
def one(home, kind_of_collection):
    return find(home, kind_of_collection.id)


@pytest.fixture
def home(town, tmp_path):
    """The town, with a cache of its own."""
    own = type(town)(tmp_path / "home")
    own.root.mkdir()
    for name in ("areas", "editions"):
        (own.root / name).symlink_to(town.root / name)
    return own


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_every_feature(home, one, form):
    path = export(home, one, form)
    assert path.suffix == FORMATS[form].suffix
    if form == "csv":
        assert len(path.read_text(encoding="utf-8-sig").splitlines()) == len(one) + 1
    elif form == "geoparquet":
        assert read_frame(path)["id"].tolist() == one.table(["id"])["id"].to_pylist()
    else:
        assert len(pyogrio.read_dataframe(path, read_geometry=False)) == len(one)


def test_what_is_published_is_given_as_it_is(home, one):
    path = export(home, one, "geojson")
    whole = one.kind == "units" and one.section.kinds is None
    assert (one.edition in path.parent.name) is whole
    assert (home.root / "cache").exists() is not whole


def test_a_file_is_made_once_though_many_ask(home, one, monkeypatch):
    made = []
    write = exports.write_export

    def counted(path, *args, **options):
        made.append(path)
        write(path, *args, **options)

    monkeypatch.setattr(exports, "write_export", counted)
    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(lambda _: export(home, one, "csv"), range(8)))
    assert len(paths) == len(made) == 1


def test_nothing_is_written_into_the_edition(home, one, town):
    shelf = town.editions(one.service, "town")
    before = sorted(shelf.rglob("*"))
    export(home, one, "gpkg")
    assert sorted(shelf.rglob("*")) == before


def test_the_longest_unused_go_first(home, one):
    old, new = export(home, one, "csv"), export(home, one, "flatgeobuf")
    os.utime(old, (1, 1))
    assert prune(home, limit=new.stat().st_size) == (old,)
    assert new.is_file()
    assert not old.is_file()
    assert prune(home, limit=0, keep=new) == ()
    again = export(home, one, "csv")
    assert again == old
    assert old.is_file()


def test_too_many_features_are_told_where_else_to_go(home, one, monkeypatch):
    monkeypatch.setattr(exports, "MOST_FEATURES", 10)
    with pytest.raises(OversizedExport, match="GeoTIFF"):
        export(home, one, "csv")


def test_another_format_is_refused(home, one):
    with pytest.raises(InvalidArgument, match="not a format"):
        export(home, one, "../../kml")
