"""Pictures of every kind that towns have, each with the colours that it should show."""

import warnings

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from geoml import errors
from geoml.raster.grid import Grid, Window
from geoml.raster.header import probe
from geoml.raster.picture import ground_m, open_ortho, plain_rgb, read_picture

ROWS, COLS = 48, 64
NORTH_UP = Affine(0.25, 0, 843_000, 0, -0.25, 6_520_500)
BLUE, RED = (20, 90, 200), (210, 60, 30)


def two_roofs():
    """RGB (3, rows, cols): blue in the north, red in the south, so that a flip would show."""
    rgb = np.empty((3, ROWS, COLS), np.uint8)
    rgb[:, : ROWS // 2] = np.array(BLUE)[:, None, None]
    rgb[:, ROWS // 2 :] = np.array(RED)[:, None, None]
    return rgb


def write(path, bands, colours=None, crs="EPSG:2154", transform=NORTH_UP, **options):
    profile = {"driver": "GTiff", "count": len(bands), "height": bands.shape[1]} | options
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(
            path, "w", dtype=bands.dtype, width=bands.shape[2], crs=crs, transform=transform,
            **profile,
        ) as dataset:  # fmt: skip
            dataset.write(bands)
            if colours:
                dataset.colorinterp = [ColorInterp[name] for name in colours]
    return path


def palette(path):
    write(path, (two_roofs()[0] == RED[0]).astype(np.uint8)[None], photometric="palette")
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {0: (*BLUE, 255), 1: (*RED, 255)})
    return path


def cmyk(path, **options):
    image = pytest.importorskip("PIL.Image")
    picture = image.fromarray(np.ascontiguousarray(two_roofs().transpose(1, 2, 0)))
    with path.open("wb") as stream:
        picture.convert("CMYK").save(stream, **options)
    return path


def near_infrared_first(path):
    rgb = two_roofs()
    bands = np.concatenate([np.full((1, ROWS, COLS), 250, np.uint8), rgb])
    return write(path, bands, ("undefined", "red", "green", "blue"), photometric="minisblack")


def with_near_infrared(path):
    bands = np.concatenate([two_roofs(), np.full((1, ROWS, COLS), 250, np.uint8)])
    return write(path, bands, photometric="minisblack")


def jpeg_called_tif(path):
    return write(path, two_roofs(), crs=None, driver="JPEG", quality=100)


KINDS = {
    "plain": lambda path: write(path, two_roofs(), photometric="rgb"),
    "unnamed bands": lambda path: write(path, two_roofs(), photometric="minisblack"),
    "blue first": lambda path: write(
        path, two_roofs()[::-1], ("blue", "green", "red"), photometric="minisblack"
    ),
    "RGB and near infrared": with_near_infrared,
    "near infrared first": near_infrared_first,
    "palette": palette,
    "CMYK JPEG": lambda path: cmyk(path, format="JPEG", quality=100, subsampling=0),
    "CMYK TIFF": lambda path: cmyk(path, format="TIFF"),
    "CMYK JPEG in TIFF": lambda path: cmyk(path, format="TIFF", compression="jpeg"),
    "JPEG called .tif": jpeg_called_tif,
    "PNG": lambda path: write(path, two_roofs(), crs=None, driver="PNG"),
    "YCbCr JPEG in TIFF": lambda path: write(
        path, two_roofs(), compress="jpeg", photometric="ycbcr", jpeg_quality=100
    ),
    "bytes in 16 bits": lambda path: write(path, two_roofs().astype(np.uint16), photometric="rgb"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_shows_its_colours(tmp_path, kind):
    picture = read_picture(KINDS[kind](tmp_path / "picture.tif"))
    inner = np.abs(picture.rgb.astype(int) - two_roofs().transpose(1, 2, 0))
    lossy = 16 if "JPEG" in kind else 0
    assert inner[:20].max() <= lossy
    assert inner[28:].max() <= lossy
    assert picture.known.all()


def test_a_picture_says_where_it_is(tmp_path):
    picture = read_picture(KINDS["plain"](tmp_path / "a.tif"))
    assert (picture.crs, picture.transform, picture.gsd_m) == ("EPSG:2154", NORTH_UP, 0.25)
    assert picture.notes == ()


def test_a_picture_without_a_place_is_one_all_the_same(tmp_path):
    path = KINDS["PNG"](tmp_path / "a.png")
    assert read_picture(path).crs is None
    assert read_picture(path).gsd_m is None
    assert read_picture(path, place="wanted").gsd_m is None


def test_what_lies_beside_an_image_is_not_read(tmp_path):
    path = KINDS["PNG"](tmp_path / "a.png")
    (tmp_path / "a.pgw").write_text("0.25\n0\n0\n-0.25\n843000\n6520500\n")
    (tmp_path / "a.prj").write_text(rasterio.CRS.from_epsg(2154).to_wkt())
    assert read_picture(path).crs is None


def test_sixteen_bits_are_stretched_over_all_bands_alike(tmp_path):
    """Colours keep their order and their ratio; the ends are the 0.5th and 99.5th percentile."""
    rng = np.random.default_rng(2)
    values = rng.integers(1_000, 3_000, (3, 300, 300)).astype(np.uint16)
    values[0] //= 2
    picture = read_picture(write(tmp_path / "a.tif", values, photometric="rgb"))
    rgb = picture.rgb.astype(float)
    assert "16 bits" in picture.notes[0]
    assert (rgb.min(), rgb.max()) == (1, 255)
    low, high = np.percentile(values, [0.5, 99.5])
    expected = 1 + 254 * np.clip((values.transpose(1, 2, 0) - low) / (high - low), 0, 1)
    assert np.abs(rgb - expected).max() < 4  # the ends are of a sample


def test_grey_is_the_same_in_all_three_and_says_so(tmp_path):
    picture = read_picture(write(tmp_path / "a.tif", two_roofs()[:1]))
    assert (picture.rgb == two_roofs()[0][..., None]).all()
    assert "grey" in picture.notes[0]


def test_grey_of_sixteen_bits_is_the_same_in_all_three_too(tmp_path):
    values = np.arange(1_000, 2_600, dtype=np.uint16).reshape(1, 40, 40)
    rgb = read_picture(write(tmp_path / "a.tif", values)).rgb
    assert rgb.shape == (40, 40, 3)
    assert (rgb == rgb[..., :1]).all()
    assert (np.diff(rgb[..., 0].ravel().astype(int)) >= 0).all()
    assert (rgb.min(), rgb.max()) == (1, 255)


@pytest.mark.parametrize("how", ["alpha", "nodata", "mask", "palette"])
def test_unknown_is_what_the_file_says_is_unknown(tmp_path, how):
    hole = np.zeros((ROWS, COLS), bool)
    hole[10:20, 30:40] = True
    rgb, path = two_roofs(), tmp_path / "a.tif"
    if how == "alpha":
        opacity = np.where(hole, 0, 255).astype(np.uint8)[None]
        write(path, np.concatenate([rgb, opacity]), photometric="rgb", alpha="yes")
    elif how == "nodata":
        write(path, np.where(hole, 0, rgb), photometric="rgb", nodata=0)
    elif how == "palette":
        write(path, np.where(hole, 9, 1).astype(np.uint8)[None], photometric="palette", nodata=9)
        with rasterio.open(path, "r+") as dataset:
            dataset.write_colormap(1, {1: (*RED, 255), 9: (0, 0, 0, 255)})
    else:
        write(path, rgb, photometric="rgb")
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
            dataset.write_mask(~hole)
    assert (read_picture(path).known == ~hole).all()


def test_black_is_known_where_nodata_is_black_in_all_bands_only(tmp_path):
    rgb = two_roofs()
    rgb[0] = 0
    assert read_picture(write(tmp_path / "a.tif", rgb, photometric="rgb", nodata=0)).known.all()


def refused(tmp_path):
    flat = np.zeros((3, ROWS, COLS))
    degrees = Affine(2e-6, 0, 2.3, 0, -2e-6, 48.8)
    turned = NORTH_UP @ Affine.rotation(30)
    far = Affine(0.25, 0, 1e12, 0, -0.25, 6_520_500)
    rgb = two_roofs()
    yield errors.EmptySource, {"bands": flat.astype(np.uint8), "nodata": 0}
    yield errors.ForbiddenFormat, {"bands": flat.astype(np.float32)}
    yield errors.ForbiddenFormat, {"bands": flat.astype(np.int16)}
    yield errors.ForbiddenFormat, {"bands": np.zeros((7, ROWS, COLS), np.uint8)}
    yield errors.UnusableGrid, {"bands": rgb, "crs": "EPSG:4326", "transform": degrees}
    yield errors.UnusableGrid, {"bands": rgb, "transform": turned}
    yield errors.OutOfRange, {"bands": rgb, "transform": degrees}
    yield errors.MissingCrs, {"bands": rgb, "crs": None}
    yield errors.DataError, {"bands": rgb, "transform": far}
    yield errors.OversizedHeader, {"bands": np.zeros((3, 8, 2049), np.uint8), "tiled": True}
    yield errors.OutOfRange, {"bands": rgb, "transform": NORTH_UP @ Affine.scale(1000)}
    yield errors.UnusableGrid, {"bands": rgb, "transform": NORTH_UP @ Affine.scale(1, 3)}


def test_what_cannot_be_right_is_told(tmp_path):
    for number, (error, options) in enumerate(refused(tmp_path)):
        path = tmp_path / f"{number}.tif"
        with pytest.raises(error) as told:
            read_picture(write(path, **options))
        assert told.value.next_step, options
        assert told.value.got, options


def test_a_wrong_place_does_not_matter_to_who_wants_none(tmp_path):
    path = write(tmp_path / "a.tif", two_roofs(), transform=NORTH_UP @ Affine.rotation(30))
    for place in ("wanted", "ignored"):
        picture = read_picture(path, place=place)
        assert (picture.crs, picture.transform, picture.gsd_m) == (None, None, None)


def test_inks_of_a_jpeg_that_nobody_says_how_to_count_are_refused(tmp_path):
    path = cmyk(tmp_path / "a.jpg", format="JPEG")
    content = path.read_bytes()
    at = content.index(b"Adobe") - 4
    path.write_bytes(content[:at] + content[at + 16 :])
    with pytest.raises(errors.ForbiddenFormat, match="inks"):
        read_picture(path)


@pytest.mark.parametrize("content", [b"", b"<VRTDataset/>", b"GIF89a", b"\xff\xd8\xff\xe0junk"])
def test_what_is_no_picture_is_refused_by_its_first_bytes(tmp_path, content):
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    with pytest.raises((errors.ForbiddenFormat, errors.UnreadableFile)):
        read_picture(path)


def test_a_picture_that_ends_too_soon_is_told(tmp_path):
    path = KINDS["plain"](tmp_path / "a.tif")
    path.write_bytes(path.read_bytes()[:-4000])
    with pytest.raises(errors.UnreadableFile):
        read_picture(path)


def test_an_ortho_is_read_by_windows_on_its_grid(tmp_path):
    path = KINDS["near infrared first"](tmp_path / "a.tif")
    with open_ortho(path) as ortho:
        assert ortho.grid == Grid("EPSG:2154", 843_000, 6_520_500, 0.25, 0.25, ROWS, COLS)
        rgb, known = ortho.read(Window(20, 30, 10, 12))
    assert (rgb == two_roofs()[:, 20:30, 30:42]).all()
    assert known.all()


@pytest.mark.parametrize("transform", [
    Affine(0.25, 0, 843_000, 0, 0.25, 6_520_500), NORTH_UP @ Affine.rotation(10),
])  # fmt: skip
def test_an_ortho_lies_north_up(tmp_path, transform):
    path = write(tmp_path / "a.tif", two_roofs(), transform=transform)
    with pytest.raises(errors.UnusableGrid), open_ortho(path):
        pass


def test_the_ground_is_measured_and_not_the_map(tmp_path):
    """At 60 degrees a web map draws everything twice as large."""
    web = write(
        tmp_path / "a.tif", two_roofs(), crs="EPSG:3857",
        transform=Affine(0.5, 0, 261_000, 0, -0.5, 8_399_738),
    )  # fmt: skip
    header = probe(web, allow_multiband=True)
    assert ground_m(header) == pytest.approx((0.25, 0.25), rel=0.01)
    feet = write(
        tmp_path / "b.tif", two_roofs(), crs="EPSG:2263",
        transform=Affine(1, 0, 980_000, 0, -1, 200_000),
    )  # fmt: skip
    assert ground_m(probe(feet, allow_multiband=True)) == pytest.approx((0.3048, 0.3048), rel=1e-3)


def test_a_picture_made_plain_is_the_part_that_is_asked_for(tmp_path):
    path = palette(tmp_path / "a.tif")
    header = probe(path, allow_multiband=True)
    west, south, east, north = header.bounds
    plain = plain_rgb(header, (west, south, east, north + 900), tmp_path / "b.tif")
    assert (plain.shape, plain.transform) == (header.shape, header.transform)
    with rasterio.open(plain.path) as dataset:
        assert (dataset.read()[:3] == two_roofs()).all()
        assert dataset.colorinterp[3] is ColorInterp.alpha
