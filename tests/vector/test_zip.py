import struct
import zipfile

import geopandas
import pytest
import shapely

from geoml.errors import (
    BandNeeded,
    ForbiddenFormat,
    MissingCrs,
    OversizedHeader,
    UnreadableFile,
)
from geoml.vector.foreign import read_foreign

DRIVERS = ("GPKG", "GeoJSON", "FlatGeobuf", "ESRI Shapefile", "Parquet")
CRS = "EPSG:2154"
NAME = "Église du Sacré-Cœur, 5 €"


def frame(*names):
    boxes = [shapely.box(650_000 + 20 * i, 6_860_000, 650_010 + 20 * i, 6_860_010)
             for i in range(len(names))]  # fmt: skip
    return geopandas.GeoDataFrame({"nom": names}, geometry=boxes, crs=CRS)


def shapefile(folder, name="a", *, texts=(NAME,), encoding="cp1252", cpg=None, language=0):
    """A Shapefile with texts in ``encoding``, the .cpg and the language byte that are asked for."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.shp"
    frame(*texts).to_file(path, engine="pyogrio", encoding=encoding)
    label, table = path.with_suffix(".cpg"), path.with_suffix(".dbf")
    label.unlink()
    if cpg is not None:
        label.write_text(cpg)
    content = bytearray(table.read_bytes())
    content[29] = language
    table.write_bytes(content)
    return path


def zipped(path, folder, inside="", *, without=(), pack=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", pack) as archive:
        for part in sorted(folder.iterdir()):
            if part.suffix not in without:
                archive.write(part, inside + part.name)
    return path


def read(path, layer=None):
    return read_foreign(
        path,
        crs=CRS,
        drivers=DRIVERS,
        shapes=("polygon",),
        layer=layer,
        choose=lambda fields: [field for field in fields if field == "nom"],
    )


@pytest.mark.parametrize(
    ("encoding", "cpg", "language"),
    [
        ("cp1252", "1252", 0),
        ("cp1252", "ANSI 1252", 0),
        ("cp1252", "ISO-8859-1", 0),  # as many programs call it
        ("cp1252", None, 0x57),
        ("cp1252", None, 0x03),
        ("cp1252", None, 0),
        ("cp1252", "UTF-8", 0),  # a lie
        ("cp1252", "\0nonsense", 0),
        ("utf-8", "UTF-8", 0),
        ("utf-8", None, 0),
        ("utf-8", None, 0x57),  # a lie
    ],
)
def test_french_letters_come_out_whatever_says_how_they_are_written(
    tmp_path, encoding, cpg, language
):
    folder = tmp_path / "parts"
    path = shapefile(folder, encoding=encoding, cpg=cpg, language=language)
    assert read(path).columns["nom"].tolist() == [NAME]
    packed = zipped(tmp_path / "a.zip", folder)
    assert read(packed).columns["nom"].tolist() == [NAME]


def test_a_last_accent_of_windows_is_no_half_a_letter(tmp_path):
    assert read(shapefile(tmp_path / "p", texts=("Café",))).columns["nom"].tolist() == ["Café"]


def test_another_declared_encoding_is_believed(tmp_path):
    path = shapefile(tmp_path / "p", texts=("Łódź", "Gdańsk"), encoding="cp1250", cpg="1250")
    assert read(path).columns["nom"].tolist() == ["Łódź", "Gdańsk"]


def test_folders_and_side_files_of_an_archive_do_not_matter(tmp_path):
    shapefile(tmp_path / "parts")
    (tmp_path / "parts" / "._a.shp").write_bytes(b"of macOS")
    (tmp_path / "parts" / "README.txt").write_text("hello")
    path = zipped(tmp_path / "été!#?.zip", tmp_path / "parts", "données 2024/bâti/")
    assert read(path).rows == 1


def test_upper_case_parts_belong_together(tmp_path):
    folder = tmp_path / "parts"
    shapefile(folder)
    for part in list(folder.iterdir()):
        part.rename(folder / part.name.upper())
    assert read(folder / "A.SHP").columns["nom"].tolist() == [NAME]
    assert read(zipped(tmp_path / "a.zip", folder)).columns["nom"].tolist() == [NAME]


def test_of_several_one_is_chosen_by_its_name(tmp_path):
    shapefile(tmp_path / "parts", "houses")
    shapefile(tmp_path / "parts", "sheds", texts=("x", "y"))
    path = zipped(tmp_path / "two.zip", tmp_path / "parts", "in/")
    with pytest.raises(BandNeeded, match=r"in/houses\.shp, in/sheds\.shp") as caught:
        read(path)
    assert "KEY=two.zip:houses" in caught.value.next_step
    assert [read(path, name).rows for name in ("sheds", "sheds.shp", "in/houses")] == [2, 2, 1]
    with pytest.raises(BandNeeded, match="no file 'barns'"):
        read(path, "barns")


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".fgb", ".parquet"])
def test_other_formats_may_be_zipped_too(tmp_path, suffix):
    (tmp_path / "parts").mkdir()
    inner = tmp_path / "parts" / f"a{suffix}"
    rows = frame(NAME)
    rows.to_parquet(inner) if suffix == ".parquet" else rows.to_file(inner, engine="pyogrio")
    found = read(zipped(tmp_path / "a.zip", tmp_path / "parts"))
    assert found.columns["nom"].tolist() == [NAME]


def test_a_layer_of_a_zipped_geopackage_is_chosen(tmp_path):
    (tmp_path / "parts").mkdir()
    for layer, names in (("houses", ["a"]), ("sheds", ["b", "c"])):
        frame(*names).to_file(tmp_path / "parts" / "a.gpkg", layer=layer, engine="pyogrio")
    path = zipped(tmp_path / "a.zip", tmp_path / "parts")
    assert read(path, "sheds").rows == 2
    with pytest.raises(BandNeeded, match="houses"):
        read(path)


@pytest.mark.parametrize(
    ("missing", "error", "says"),
    [
        (".shx", UnreadableFile, r"without its \.shx"),
        (".dbf", UnreadableFile, r"without its \.dbf"),
        (".prj", MissingCrs, "no usable coordinate"),
        (".shp", ForbiddenFormat, "without a vector file"),
    ],
)
def test_a_missing_part_is_named(tmp_path, missing, error, says):
    shapefile(tmp_path / "parts")
    path = zipped(tmp_path / "a.zip", tmp_path / "parts", without=(missing,))
    with pytest.raises(error, match=says) as caught:
        read(path)
    assert caught.value.where == str(path)
    assert caught.value.next_step


def lying(path, folder, **fields):
    """An archive whose directory lies about the .shp: ``file_size``, ``flag_bits``, ..."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)
        for entry in archive.infolist():
            if entry.filename.endswith(".shp"):
                for name, value in fields.items():
                    setattr(entry, name, value)
    return path


def test_a_bomb_is_refused_by_what_it_declares(tmp_path):
    shapefile(tmp_path / "parts")
    (tmp_path / "parts" / "zeros.bin").write_bytes(b"\0" * (40 << 20))
    with pytest.raises(OversizedHeader, match="40 MiB once unpacked"):
        read(zipped(tmp_path / "a.zip", tmp_path / "parts"))


def test_a_bomb_that_declares_little_is_not_unpacked_further(tmp_path):
    shapefile(tmp_path / "parts")
    with (tmp_path / "parts" / "a.shp").open("ab") as stream:
        stream.write(b"\0" * (40 << 20))
    path = lying(tmp_path / "a.zip", tmp_path / "parts", file_size=1_000)
    with pytest.raises(UnreadableFile, match="Bad CRC"):
        read(path)


def test_entries_on_one_another_are_refused(tmp_path):
    shapefile(tmp_path / "parts")
    path = lying(tmp_path / "a.zip", tmp_path / "parts", compress_size=1 << 20)
    with pytest.raises(OversizedHeader, match="on one another"):
        read(path)


def test_a_password_is_told(tmp_path):
    shapefile(tmp_path / "parts")
    with pytest.raises(UnreadableFile, match="password") as caught:
        read(lying(tmp_path / "a.zip", tmp_path / "parts", flag_bits=1))
    assert "unpack it" in caught.value.next_step


@pytest.mark.parametrize("name", ["../a.shp", "/etc/a.shp", "x/../../a.shp", "..\\a.shp"])
def test_names_that_lead_out_are_refused_and_lead_nowhere(tmp_path, name):
    path = tmp_path / "inner" / "a.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(UnreadableFile, match="leads out"):
        read(path)
    assert [one.name for one in tmp_path.iterdir()] == ["inner"]


def test_a_zip_in_a_zip_and_an_unusual_packing_are_told(tmp_path):
    shapefile(tmp_path / "parts")
    inner = zipped(tmp_path / "inner.zip", tmp_path / "parts")
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "inner.zip")
    with pytest.raises(ForbiddenFormat, match="a zip archive in a zip archive"):
        read(outer)
    with pytest.raises(UnreadableFile, match="method 14"):
        read(zipped(tmp_path / "b.zip", tmp_path / "parts", pack=zipfile.ZIP_LZMA))


def test_what_a_vector_file_in_an_archive_really_is_counts(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.geojson", "<OGRVRTDataSource/>")
    with pytest.raises(ForbiddenFormat, match="in a zip archive"):
        read(path)


def test_a_broken_and_an_empty_archive_are_unreadable(tmp_path):
    whole = zipped(tmp_path / "a.zip", shapefile(tmp_path / "parts").parent).read_bytes()
    for content in (
        whole[: len(whole) // 2],
        b"PK\x03\x04 and no more",
        b"PK\x05\x06" + b"\0" * 18,
    ):
        path = tmp_path / "b.zip"
        path.write_bytes(content)
        with pytest.raises((UnreadableFile, ForbiddenFormat)) as caught:
            read(path)
        assert caught.value.where == str(path)


def test_a_flipped_bit_in_the_packed_part_is_found(tmp_path):
    path = zipped(tmp_path / "a.zip", shapefile(tmp_path / "parts").parent)
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("a.shp")
    content = bytearray(path.read_bytes())
    (extra,) = struct.unpack_from("<H", content, entry.header_offset + 28)
    middle = entry.header_offset + 30 + len("a.shp") + extra + entry.compress_size // 2
    content[middle] ^= 0x10
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        read(path)
