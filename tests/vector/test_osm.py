"""OSM PBF files made by a small encoder: https://wiki.openstreetmap.org/wiki/PBF_Format ."""

import struct
import zlib

import numpy as np
import pytest
import shapely

from geoml.errors import BandNeeded, ForbiddenFormat, OversizedHeader, UnreadableFile
from geoml.vector import osm
from geoml.vector.foreign import read_foreign

DRIVERS = ("GPKG", "OSM")
CRS = "EPSG:2154"
LON, LAT = 2.31, 48.81
M = 1e-5  # about a metre, in degrees


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def zigzag(value):
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def blob(kind, content, **lies):
    """A block: its length, its header, and its content packed with zlib."""
    packed = lies.get("packed", zlib.compress(content))
    body = field(2, lies.get("raw_size", len(content))) + field(lies.get("method", 3), packed)
    head = field(1, kind.encode()) + field(3, lies.get("length", len(body)))
    return struct.pack(">I", len(head)) + head + body


class Extract:
    """Nodes, ways and relations with tags, written as one block each."""

    def __init__(self):
        self.strings, self.groups, self.last = [b""], [], 0

    def text(self, value):
        raw = value.encode()
        if raw not in self.strings:
            self.strings.append(raw)
        return self.strings.index(raw)

    def tags(self, tags):
        keys = b"".join(varint(self.text(key)) for key in tags)
        values = b"".join(varint(self.text(value)) for value in tags.values())
        return field(2, keys) + field(3, values) if tags else b""

    def node(self, x, y, **tags):
        """A node ``x`` metres east and ``y`` north of the origin; its id."""
        self.last += 1
        lon, lat = round((LON + x * M) * 1e7), round((LAT + y * M) * 1e7)
        place = varint(8 << 3) + zigzag(lat) + varint(9 << 3) + zigzag(lon)
        self.groups.append(field(1, varint(1 << 3) + zigzag(self.last) + self.tags(tags) + place))
        return self.last

    def way(self, nodes, **tags):
        self.last += 1
        steps = np.diff([0, *nodes])
        refs = field(8, b"".join(zigzag(int(step)) for step in steps))
        self.groups.append(field(3, field(1, self.last) + self.tags(tags) + refs))
        return self.last

    def square(self, x, y, size=10, **tags):
        corners = ((0, 0), (size, 0), (size, size), (0, size))
        nodes = [self.node(x + dx, y + dy) for dx, dy in corners]
        return self.way([*nodes, nodes[0]], **tags)

    def area(self, outer, inner, **tags):
        self.last += 1
        parts = [*((way, "outer") for way in outer), *((way, "inner") for way in inner)]
        roles = field(8, b"".join(varint(self.text(role)) for _, role in parts))
        ids = field(9, b"".join(zigzag(int(s)) for s in np.diff([0, *(w for w, _ in parts)])))
        kinds = field(10, b"".join(varint(1) for _ in parts))
        head = field(1, self.last) + self.tags({"type": "multipolygon", **tags})
        self.groups.append(field(4, head + roles + ids + kinds))
        return self.last

    def blobs(self, **lies):
        # Nodes, then ways, then relations: the order that readers rely on.
        groups = sorted(self.groups, key=lambda group: group[0])
        strings = field(1, b"".join(field(1, one) for one in self.strings))
        content = strings + b"".join(field(2, one) for one in groups)
        features = field(4, b"OsmSchema-V0.6")
        return blob("OSMHeader", features), blob("OSMData", content, **lies)

    def write(self, path, **lies):
        path.write_bytes(b"".join(self.blobs(**lies)))
        return path


def read(path, subject="buildings", shapes=("polygon",), **options):
    return read_foreign(
        path,
        crs=CRS,
        drivers=DRIVERS,
        shapes=shapes,
        subject=subject,
        choose=lambda fields: list(fields),
        **options,
    )


@pytest.fixture
def town():
    made = Extract()
    made.tags_of = {
        "house": made.square(0, 0, building="yes", name="Café", height="12 m"),
        "barn": made.square(30, 0, building="barn", **{"building:levels": "2"}),
        "no": made.square(60, 0, building="no"),
        "park": made.square(90, 0, leisure="park"),
    }
    outer, inner = made.square(0, 50, 40), made.square(10, 60, 20)
    made.tags_of["court"] = made.area([outer], [inner], building="school", amenity="school")
    return made


def test_buildings_are_closed_ways_and_relations(town, tmp_path):
    found = read(town.write(tmp_path / "a.osm.pbf"))
    by_id = dict(zip(found.columns["@id"], found.geometries, strict=True))
    ids = town.tags_of
    assert set(by_id) == {f"way/{ids['house']}", f"way/{ids['barn']}", f"relation/{ids['court']}"}
    court = by_id[f"relation/{ids['court']}"]
    assert shapely.get_num_interior_rings(shapely.get_parts(court)[0]) == 1
    assert found.licence == "ODbL-1.0"
    at = found.columns["@id"].tolist().index(f"way/{ids['house']}")
    kept = {name: values[at] for name, values in found.columns.items()}
    assert (kept["name"], kept["height"], kept["building"]) == ("Café", "12 m", "yes")


def test_water_is_open_water_as_areas_and_lines(tmp_path):
    made = Extract()
    made.square(0, 0, natural="water")
    made.square(20, 0, landuse="reservoir")
    made.square(40, 0, waterway="riverbank")
    made.square(60, 0, leisure="swimming_pool")
    line = [made.node(0, 50), made.node(100, 50)]
    kept = [made.way(line, waterway=kind) for kind in ("river", "ditch")]
    kept.append(made.way(line, natural="coastline"))
    made.way(line, waterway="stream", tunnel="culvert")
    made.way(line, waterway="weir")
    found = read(made.write(tmp_path / "a.osm.pbf"), "water", ("polygon", "line"))
    kinds = shapely.get_type_id(found.geometries)
    assert np.isin(kinds, (3, 6)).sum() == 3
    assert set(found.columns["@id"][kinds == 1]) == {f"way/{one}" for one in kept}


def test_zones_are_the_municipality_and_its_parts_or_one_level(tmp_path):
    made = Extract()
    levels = {level: made.square(10 * level, 0, 5, boundary="administrative",
                                 admin_level=str(level)) for level in (2, 6, 8, 10)}  # fmt: skip
    path = made.write(tmp_path / "a.osm.pbf")
    assert set(read(path, "zones").columns["@id"]) == {f"way/{levels[8]}", f"way/{levels[10]}"}
    assert read(path, "zones", layer="6").columns["@id"].tolist() == [f"way/{levels[6]}"]
    for layer in ("0", "12", "communes", "٨"):
        with pytest.raises(BandNeeded, match="admin_level"):
            read(path, "zones", layer=layer)


def test_sites_are_points_and_areas(tmp_path):
    made = Extract()
    school = made.node(0, 0, amenity="school", name="École")
    made.node(5, 5, amenity="bench")
    clinic = made.square(20, 0, amenity="clinic")
    found = read(made.write(tmp_path / "a.osm.pbf"), "sites", ("point", "polygon"))
    assert set(found.columns["@id"]) == {f"node/{school}", f"way/{clinic}"}


def test_a_ring_of_two_points_is_counted_and_left_out(tmp_path):
    made = Extract()
    made.square(0, 0, building="yes")
    for tag in ("building", "landuse"):
        corner = made.node(50, 0)
        made.way([corner, corner], **{tag: "yes"})
    found = read(made.write(tmp_path / "a.osm.pbf"))
    assert len(found.geometries) == 1
    assert (found.rows, found.unreadable, found.others) == (2, 1, 1)
    assert "1 of another kind that cannot be read" in found.told()


def test_only_rows_in_the_area_are_kept_and_the_others_counted(tmp_path):
    made = Extract()
    made.square(0, 0, building="yes")
    made.square(5_000, 0, building="yes")
    path = made.write(tmp_path / "a.osm.pbf")
    west, south, east, north = read(path).extent
    near = read(path, within=(west, south, west + 100, south + 100))
    assert (len(near.geometries), near.elsewhere) == (1, 1)
    assert near.extent == pytest.approx((west, south, east, north))


def test_ids_and_order_repeat(town, tmp_path):
    path = town.write(tmp_path / "a.osm.pbf")
    runs = [read(path).columns["@id"].tolist() for _ in range(2)]
    assert runs[0] == runs[1]


def test_temporary_files_stay_in_the_given_folder_and_go(town, tmp_path):
    path = town.write(tmp_path / "a.osm.pbf")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    shares = []
    read(path, scratch=scratch, progress=shares.append)
    assert list(scratch.iterdir()) == []
    assert shares == sorted(shares)
    assert shares[-1] <= 1.0


def test_an_extract_needs_a_key_that_says_what_is_meant(town, tmp_path):
    path = town.write(tmp_path / "a.osm.pbf")
    with pytest.raises(ForbiddenFormat, match="does not say what is meant"):
        read(path, None)
    with pytest.raises(BandNeeded, match="has no layers"):
        read(path, layer="multipolygons")
    with pytest.raises(ForbiddenFormat, match="OSM PBF"):
        read_foreign(path, crs=CRS, drivers=("GPKG",), shapes=("polygon",))


def test_every_cut_is_found(town, tmp_path):
    whole = town.write(tmp_path / "a.osm.pbf").read_bytes()
    path = tmp_path / "b.osm.pbf"
    header = len(town.blobs()[0])
    for length in [*range(30, len(whole), 7), header + 1, header + 5, len(whole) - 1]:
        path.write_bytes(whole[:length])
        if length == header:
            continue  # a whole file without data
        with pytest.raises((UnreadableFile, ForbiddenFormat)) as caught:
            read(path)
        assert caught.value.where == str(path)


def test_every_flipped_bit_is_found_or_changes_nothing(town, tmp_path):
    whole = town.write(tmp_path / "a.osm.pbf").read_bytes()
    right = read(tmp_path / "a.osm.pbf").columns["@id"].tolist()
    path = tmp_path / "b.osm.pbf"
    found = 0
    rng = np.random.default_rng(1)
    for at in rng.integers(len(whole), size=120):
        content = bytearray(whole)
        content[at] ^= 1 << rng.integers(8)
        path.write_bytes(content)
        try:
            got = read(path).columns["@id"].tolist()
        except (UnreadableFile, ForbiddenFormat, OversizedHeader):
            found += 1
        else:
            assert got == right
    assert found > 100


@pytest.mark.parametrize(
    ("lies", "error", "says"),
    [
        ({"raw_size": 2 << 30}, OversizedHeader, "2048 MiB once unpacked"),
        ({"length": 2 << 30}, OversizedHeader, "a block of 2048 MiB"),
        ({"packed": zlib.compress(b"\0" * (40 << 20))}, UnreadableFile, "unpacks to others"),
        ({"raw_size": 5}, UnreadableFile, "unpacks to others"),
        ({"method": 7}, UnreadableFile, "Zstandard"),
        ({"method": 4}, UnreadableFile, "LZMA"),
    ],
)
def test_blocks_that_lie_are_refused(town, tmp_path, lies, error, says):
    with pytest.raises(error, match=says):
        read(town.write(tmp_path / "a.osm.pbf", **lies))


def test_another_file_with_that_name_is_refused(tmp_path):
    path = tmp_path / "a.osm.pbf"
    for content in (b"<osm version='0.6'/>", b"\x1f\x8b\x08", b"\0" * 200, b"BZh9"):
        path.write_bytes(content)
        with pytest.raises(ForbiddenFormat):
            read(path)


def test_what_a_key_takes_is_said_for_every_subject():
    for subject in osm.SUBJECTS:
        assert f"``{subject}``" in osm.__doc__
