"""Orthos of every kind, ingested: right colours on the grid of the town, or a clear error."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import ColorInterp

from geoml.areas import keys
from geoml.areas.ingest.rasters import Scene, stage_raster
from geoml.errors import EmptySource, ForbiddenFormat, NoOverlap, UnreadableFile

BLUE, RED = (20, 90, 200), (210, 60, 30)


def two_roofs(grid):
    """Blue in the north, red in the south."""
    rgb = np.empty((3, *grid.shape), np.uint8)
    rgb[:, : grid.rows // 2] = np.array(BLUE)[:, None, None]
    rgb[:, grid.rows // 2 :] = np.array(RED)[:, None, None]
    return rgb


def as_palette(bench, rgb):
    path = bench.tif((rgb[0] == RED[0]).astype(np.uint8)[None], photometric="palette", nodata=2)
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {0: (*BLUE, 255), 1: (*RED, 255)})
    return path


def as_cmyk(bench, rgb):
    image = pytest.importorskip("PIL.Image")
    picture = image.fromarray(np.ascontiguousarray(rgb.transpose(1, 2, 0)))
    path, t = bench.folder / "a.jpg", bench.grid.transform
    picture.convert("CMYK").save(path, quality=100, subsampling=0)
    world = f"{t.a}\n0\n0\n{t.e}\n{t.c + t.a / 2}\n{t.f + t.e / 2}\n"
    bench.text(world, "a.jgw")
    bench.text(rasterio.CRS.from_user_input(bench.grid.crs).to_wkt(), "a.prj")
    return path


def as_png(bench, rgb, kept=1.0):
    image = pytest.importorskip("PIL.Image")
    path, t = bench.folder / "a.png", bench.grid.transform
    image.fromarray(np.ascontiguousarray(rgb.transpose(1, 2, 0))).convert("P").save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    bench.text(f"{t.a}\n0\n0\n{t.e}\n{t.c + t.a / 2}\n{t.f + t.e / 2}\n", "a.pgw")
    bench.text(rasterio.CRS.from_user_input(bench.grid.crs).to_wkt(), "a.prj")
    return path


def as_blue_first(bench, rgb):
    path = bench.tif(rgb[::-1], photometric="minisblack")
    names = ("blue", "green", "red")
    return bench.change(path, colorinterp=[ColorInterp[name] for name in names])


def as_south_up(bench, rgb):
    t = bench.grid.transform
    turned = Affine(t.a, 0, t.c, 0, -t.e, t.f + t.e * bench.grid.rows)
    path = as_palette(bench, rgb[:, ::-1])
    return bench.change(path, transform=turned)


@pytest.mark.parametrize("made", [as_palette, as_cmyk, as_blue_first, as_south_up])
def test_the_colours_are_those_that_the_file_shows(bench, stage, town, made):
    got = stage(made(bench, two_roofs(town.grid)), "ortho")
    lossy = 3 if made is as_cmyk else 0
    expected = two_roofs(town.grid)
    middle = town.grid.rows // 2
    assert np.abs(got - expected)[:, : middle - 8].max() <= lossy
    assert np.abs(got - expected)[:, middle + 8 :].max() <= lossy


def test_colours_of_a_palette_are_mixed_and_not_its_indices(bench, stage, town):
    """Half the cells 0 (black), half 200 (white), averaged: grey, whatever lies at index 100."""
    fine = np.indices((town.grid.rows * 2, town.grid.cols * 2)).sum(axis=0) % 2
    t = town.grid.transform
    path = bench.tif(
        (fine * 200).astype(np.uint8)[None],
        photometric="palette",
        transform=Affine(t.a / 2, 0, t.c, 0, t.e / 2, t.f),
    )
    with rasterio.open(path, "r+") as dataset:
        white, green = (255, 255, 255, 255), (0, 255, 0, 255)
        dataset.write_colormap(1, {0: (0, 0, 0, 255), 100: green, 200: white})
    [facts] = [stage(path, "ortho")]
    assert np.isfinite(facts).all()
    means = facts.reshape(3, -1).mean(axis=1)
    assert np.ptp(means) < 2


def test_sixteen_bits_come_as_eight_and_say_so(bench, town, tmp_path):
    rng = np.random.default_rng(4)
    values = rng.integers(400, 2_400, (3, *town.grid.shape)).astype(np.uint16)
    values[:, :9] = 0
    path = bench.tif(values, photometric="rgb", nodata=0)
    (tmp_path / "out").mkdir()
    scene = Scene(town.grid, tmp_path / "out", None, None, {}, None)
    facts = stage_raster(keys.get("ortho"), path, None, scene)
    with rasterio.open(tmp_path / "out" / facts["file"]) as dataset:
        got = dataset.read()
    assert "16 bits" in " ".join(facts["notes"])
    assert (got[:, :9] == 0).all()
    assert 120 < got[:, 9:].mean() < 136
    assert [one.name for one in (tmp_path / "out").iterdir()] == [facts["file"]]


@pytest.mark.parametrize("number", [0, 255])
def test_a_collar_that_is_not_declared_is_unknown(bench, town, tmp_path, number):
    rgb = np.random.default_rng(5).integers(1, 255, (3, *town.grid.shape)).astype(np.uint8)
    rgb[:, :9] = number
    middle = slice(town.grid.rows // 2, town.grid.rows // 2 + 5)
    rgb[:, middle, 20:25] = number
    (tmp_path / "out").mkdir()
    scene = Scene(town.grid, tmp_path / "out", None, None, {}, None)
    facts = stage_raster(keys.get("ortho"), bench.tif(rgb, photometric="rgb"), None, scene)
    with rasterio.open(tmp_path / "out" / facts["file"]) as dataset:
        got = dataset.read()
    assert (got[:, :9] == 0).all()
    assert (got[:, 9:] == np.maximum(rgb[:, 9:], 1)).all()
    assert f"a collar of {number} taken for nodata" in " ".join(facts["notes"])
    assert [one.name for one in (tmp_path / "out").iterdir()] == [facts["file"]]


def test_an_ortho_elsewhere_or_of_nothing_is_an_error(bench, stage, town):
    with pytest.raises(EmptySource):
        stage(bench.tif(np.zeros((3, 40, 40), np.uint8), nodata=0, photometric="rgb"), "ortho")
    path = as_palette(bench, two_roofs(town.grid))
    bench.change(path, transform=town.grid.transform @ Affine.translation(9_000, 0))
    with pytest.raises(NoOverlap):
        stage(path, "ortho")
    with pytest.raises(ForbiddenFormat, match="float32"):
        stage(bench.tif(np.zeros((3, 40, 40), np.float32)), "ortho")


@pytest.mark.parametrize("kept", [0.5, 0.99])
def test_a_png_that_ends_too_soon_is_no_ortho(bench, stage, town, kept):
    noise = np.random.default_rng(5).integers(1, 256, (3, *town.grid.shape)).astype(np.uint8)
    with pytest.raises(UnreadableFile, match="truncated"):
        stage(as_png(bench, noise, kept), "ortho")
    assert np.isfinite(stage(as_png(bench, noise), "ortho")).any()
