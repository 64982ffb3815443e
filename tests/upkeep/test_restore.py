"""Backups that are damaged or hostile: refused, and the home stays as it was."""

import io
import json
import os
import tarfile
import tracemalloc

import pytest

from geoml.errors import AlreadyExists, CorruptFile, ForbiddenFormat, GeomlError, UnreadableFile
from geoml.paths import Home
from geoml.upkeep import restore as module
from geoml.upkeep.backup import backup
from geoml.upkeep.restore import restore

CANARY = b"canary"


def member(name, content=CANARY, **about):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in about.items():
        setattr(info, key, value)
    return info, content


def archive(path, *members, contents=None, mode="w", **options):
    """A tar with these members, and a list that agrees with them."""
    from hashlib import sha256

    told = {
        "format": 1,
        "files": {
            info.name: {"bytes": info.size, "sha256": sha256(data).hexdigest()}
            for info, data in members
        },
    }
    last = member("backup.json", json.dumps(told if contents is None else contents).encode())
    with tarfile.open(path, mode, **options) as made:
        for info, data in (*members, last):
            made.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture
def target(tmp_path):
    """A home that does not exist yet, in a folder of its own."""
    (tmp_path / "inside").mkdir()
    return Home(tmp_path / "inside" / "home")


def nothing_happened(target, tmp_path):
    assert not target.root.exists()
    assert list(target.root.parent.iterdir()) == []
    assert not [path for path in tmp_path.rglob("*") if path.name == "evil"]


def test_what_these_tests_build_would_be_restored(target, tmp_path):
    restore(target, archive(tmp_path / "b.tar", member("editions/heat/town/x/score.tif")))
    assert (target.root / "editions/heat/town/x/score.tif").read_bytes() == CANARY


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "areas/../../evil",
        "/tmp/evil",
        "areas//evil",
        "./evil",
        "areas/./evil",
        "areas/evil/",
        "..",
        "areas\\..\\evil",
        "areas/.lock",
        ".ssh/evil",
        "areas/\nevil",
        "areas/\x1b[2Jevil",
        "a/" * 20 + "evil",
        "areas/" + "e" * 201,
        "",
    ],
)
def test_names_that_lead_elsewhere_are_refused(target, tmp_path, name):
    with pytest.raises(ForbiddenFormat):
        restore(target, archive(tmp_path / "b.tar", member(name)))
    nothing_happened(target, tmp_path)


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.SYMTYPE, "areas"),
        (tarfile.LNKTYPE, "areas/red.tif"),
        (tarfile.LNKTYPE, "/etc/passwd"),
        (tarfile.CHRTYPE, ""),
        (tarfile.BLKTYPE, ""),
        (tarfile.FIFOTYPE, ""),
        (tarfile.DIRTYPE, ""),
        (tarfile.CONTTYPE, ""),
        (tarfile.GNUTYPE_SPARSE, ""),
        (b"Z", ""),
    ],
)
def test_links_devices_and_other_things_are_refused(target, tmp_path, kind, link):
    with pytest.raises((ForbiddenFormat, UnreadableFile)):
        one = member("areas/evil", b"", type=kind, linkname=link)
        restore(target, archive(tmp_path / "b.tar", member("areas/red.tif"), one))
    nothing_happened(target, tmp_path)


def test_a_link_and_then_a_file_through_it_is_refused(target, tmp_path):
    link = member("areas", b"", type=tarfile.SYMTYPE, linkname=str(tmp_path))
    with pytest.raises(ForbiddenFormat):
        restore(target, archive(tmp_path / "b.tar", link, member("areas/evil")))
    nothing_happened(target, tmp_path)


def test_a_file_with_holes_is_refused(target, tmp_path):
    """A terabyte in a kilobyte: the sparse format of GNU, as a header that anyone can write."""
    headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "areas/evil",
               "GNU.sparse.realsize": str(1 << 40)}  # fmt: skip
    one = member("areas/GNUSparseFile.0/evil", b"0\n" + b"\0" * 510, pax_headers=headers)
    with pytest.raises(ForbiddenFormat):
        restore(target, archive(tmp_path / "b.tar", one))
    nothing_happened(target, tmp_path)


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_compression_is_refused_so_there_is_no_bomb(target, tmp_path, mode):
    file = archive(tmp_path / "b.tar", member("areas/zeros", b"\0" * 20_000_000), mode=mode)
    assert file.stat().st_size < 1_000_000
    with pytest.raises(UnreadableFile):
        restore(target, file)
    nothing_happened(target, tmp_path)


def test_a_header_that_would_fill_the_memory_is_refused(target, tmp_path):
    file = tmp_path / "b.tar"
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 200 << 20
    with file.open("wb") as made:
        made.write(info.tobuf(tarfile.USTAR_FORMAT))
        made.truncate(info.size + 2048)  # a hole on the disk, 200 MB to a reader
    tracemalloc.start()
    with pytest.raises(UnreadableFile):
        restore(target, file)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 20 << 20
    nothing_happened(target, tmp_path)


def test_a_size_that_the_file_does_not_hold_is_refused(target, tmp_path):
    file = archive(tmp_path / "b.tar", member("areas/red.tif"))
    info = tarfile.TarInfo("areas/red.tif")
    info.size = 1 << 40
    raw = bytearray(file.read_bytes())
    raw[:512] = info.tobuf(tarfile.GNU_FORMAT)
    file.write_bytes(raw)
    with pytest.raises(GeomlError):
        restore(target, file)
    nothing_happened(target, tmp_path)


def test_a_name_twice_is_refused(target, tmp_path):
    with pytest.raises(ForbiddenFormat, match="twice"):
        restore(target, archive(tmp_path / "b.tar", member("a/b"), member("a/b", b"other!")))
    nothing_happened(target, tmp_path)


def test_a_file_in_the_place_of_a_folder_is_refused(target, tmp_path):
    with pytest.raises(GeomlError):
        restore(target, archive(tmp_path / "b.tar", member("areas"), member("areas/evil")))
    nothing_happened(target, tmp_path)


@pytest.mark.parametrize(
    "contents",
    [[], {}, {"format": 2, "files": {}}, {"format": 1, "files": []}, {"format": 1}, "x", None,
     {"format": 1, "files": {"areas/red.tif": None}}, {"format": 1, "files": {}}],
)  # fmt: skip
def test_a_list_that_is_none_or_says_something_else_is_refused(target, tmp_path, contents):
    file = archive(tmp_path / "b.tar", member("areas/red.tif"), contents=contents or {"x": 1})
    with pytest.raises((ForbiddenFormat, CorruptFile)):
        restore(target, file)
    nothing_happened(target, tmp_path)


@pytest.fixture
def sound(home, tmp_path):
    backup(home, tmp_path / "sound.tar")
    return (tmp_path / "sound.tar").read_bytes()


def test_one_wrong_bit_in_any_file_is_seen(sound, target, tmp_path):
    at = sound.index(b"first red.tif")
    file = tmp_path / "b.tar"
    file.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
    with pytest.raises(CorruptFile, match=r"red\.tif"):
        restore(target, file)
    nothing_happened(target, tmp_path / "inside")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.9, 0.999])
def test_a_backup_that_was_cut_off_is_refused(sound, target, tmp_path, share):
    file = tmp_path / "b.tar"
    end = sound.rindex(b"}") + 1  # of the list; what follows is padding
    file.write_bytes(sound[: int(end * share)])
    with pytest.raises((CorruptFile, UnreadableFile)):
        restore(target, file)
    nothing_happened(target, tmp_path / "inside")


def test_a_damaged_database_is_seen(target, tmp_path):
    with pytest.raises(CorruptFile, match="database"):
        restore(target, archive(tmp_path / "b.tar", member("geoml.db", b"SQLite format 3\0" * 99)))
    nothing_happened(target, tmp_path)


@pytest.mark.parametrize("content", [b"", b"x", b"\0" * 5000, os.urandom(5000)])
def test_what_is_no_backup_is_told(target, tmp_path, content):
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises((UnreadableFile, CorruptFile)):
        restore(target, tmp_path / "b.tar")
    with pytest.raises(UnreadableFile):
        restore(target, tmp_path / "none.tar")
    nothing_happened(target, tmp_path)


def test_a_home_that_is_there_is_not_touched(sound, home, tmp_path):
    before = sorted(home.root.rglob("*"))
    with pytest.raises(AlreadyExists, match="GEOML_HOME"):
        restore(home, tmp_path / "sound.tar")
    assert sorted(home.root.rglob("*")) == before


def test_into_an_empty_folder(sound, target, tmp_path):
    target.root.mkdir()
    restore(target, tmp_path / "sound.tar")
    assert (target.root / "areas" / "town" / "area.json").is_file()


def test_into_a_volume_editions_come_last(sound, target, tmp_path, monkeypatch):
    target.root.mkdir()
    monkeypatch.setattr(module.os.path, "ismount", lambda path: path == target.root)
    order = []
    rename = type(target.root).rename
    monkeypatch.setattr(
        type(target.root), "rename", lambda self, to: order.append(self.name) or rename(self, to)
    )
    restore(target, tmp_path / "sound.tar")
    assert order[-1] == "editions"
    assert {"areas", "models", "geoml.db"} < set(order)
    assert not list(target.root.glob(".restore-*"))


def test_a_crash_half_way_leaves_no_home(sound, target, tmp_path, monkeypatch):
    write, count = module._write, []

    def crash(stream, path):
        count.append(1)
        if len(count) == 4:
            raise KeyboardInterrupt
        return write(stream, path)

    monkeypatch.setattr(module, "_write", crash)
    with pytest.raises(KeyboardInterrupt):
        restore(target, tmp_path / "sound.tar")
    nothing_happened(target, tmp_path / "inside")
