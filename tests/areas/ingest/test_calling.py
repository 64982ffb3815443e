import os
import time

import numpy as np
import pytest
from affine import Affine

from geoml.areas.ingest import calling, ingest
from geoml.areas.ingest.process import Limits
from geoml.areas.sources import read_on_grid, sources
from geoml.errors import (
    EmptySource,
    ForbiddenFormat,
    MissingCrs,
    UnknownArea,
    UnknownKey,
    UnreadableFile,
    UnusableGrid,
)

VRT = """<VRTDataset rasterXSize="80" rasterYSize="80"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand>
</VRTDataset>"""


@pytest.fixture
def dem(raster, town):
    return raster(np.full(town.grid.shape, 120, np.float32), "dem.tif")


def left_in(home) -> list[str]:
    return sorted(p.name for p in home.sources("town").iterdir() if p.name != ".lock")


def test_several_sources_in_one_call(home, town, dem, vector, square):
    seen = []
    report = ingest(
        home,
        "town",
        [f"dem={dem}", f"buildings={vector([square(0, 0)])}"],
        date="2024-05-01",
        progress=lambda told, share: seen.append((told, share)),
    )
    assert [source.key for source in report.sources] == ["dem", "buildings"]
    assert report.lines()[0].startswith("dem: elevation of the ground in m, 30 m stored at 30 m")
    assert report.as_dict()["sources"][1]["rows"] == 1
    assert seen[0] == ("dem", 0.0)
    assert seen[-1] == ("stored", 1.0)
    assert left_in(home) == ["buildings.json", "buildings.parquet", "dem.json", "dem.tif"]
    assert (home.units("town") / "buildings.parquet").is_file()


def test_the_same_key_again_replaces(home, town, dem, raster):
    ingest(home, "town", [f"dem={dem}"])
    before = sources(home, town)["dem"].sha256
    ingest(home, "town", [f"dem={raster(np.full((80, 80), 7, np.float32), 'other.tif')}"])
    after = sources(home, town)["dem"]
    assert after.sha256 != before
    assert (read_on_grid(after, town.grid, town.grid.whole()) == 7).all()


def bad_file(kind: str, raster, folder):
    if kind == "no CRS":
        return raster(np.ones((9, 9), np.float32), crs=None)
    if kind == "rotated":
        turned = Affine(30, 5, 650_000, 5, -30, 6_857_000)
        return raster(np.ones((9, 9), np.float32), transform=turned)
    if kind == "all nodata":
        return raster(np.full((80, 80), -1, np.int16), nodata=-1)
    path = folder / f"{kind}.tif"
    if kind == "truncated":
        path = raster(np.random.default_rng(0).random((400, 400)).astype(np.float32), path.name)
        with path.open("r+b") as stream:
            stream.truncate(path.stat().st_size // 10)
    else:
        path.write_text(VRT if kind == "VRT" else "")
    return path


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("no CRS", MissingCrs),
        ("rotated", UnusableGrid),
        ("VRT", ForbiddenFormat),
        ("empty", UnreadableFile),
        ("truncated", UnreadableFile),
        ("all nodata", EmptySource),
    ],
)
def test_a_bad_file_leaves_everything_as_it_was(home, dem, raster, tmp_path, kind, error):
    ingest(home, "town", [f"dem={dem}"])
    before = {name: (home.sources("town") / name).read_bytes() for name in left_in(home)}
    path = bad_file(kind, raster, tmp_path)
    good = raster(np.full((80, 80), 0.2, np.float32), "good.tif")
    with pytest.raises(error) as caught:
        ingest(home, "town", [f"red={good}", f"dem={path}"])
    assert str(path) in caught.value.where
    assert caught.value.expected
    assert caught.value.got
    assert caught.value.next_step
    assert {name: (home.sources("town") / name).read_bytes() for name in left_in(home)} == before


def test_unknown_area_and_key_come_before_any_file_is_opened(home, town, dem):
    with pytest.raises(UnknownArea):
        ingest(home, "nowhere", [f"dem={dem}"])
    with pytest.raises(UnknownKey):
        ingest(home, "town", [f"elevation={dem}"])
    assert not home.sources("town").exists()


def test_an_interruption_between_checking_and_storing_leaves_nothing(home, town, dem, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(calling, "_store", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ingest(home, "town", [f"dem={dem}"])
    assert left_in(home) == []


def test_a_reader_that_is_ended_leaves_the_old_source(home, town, dem):
    ingest(home, "town", [f"dem={dem}"])
    before = sources(home, town)
    with pytest.raises(UnreadableFile, match=r"more than 0\.01 s"):
        ingest(home, "town", [f"dem={dem}"], limits=Limits(wall_s=0.01))
    assert sources(home, town) == before
    assert left_in(home) == ["dem.json", "dem.tif"]


def test_what_a_killed_process_left_is_swept_a_day_later(home, town, dem):
    folder = home.sources("town")
    for name, age in ((".ingest-old", 2 * 86_400), (".ingest-now", 60)):
        (folder / name).mkdir(parents=True)
        os.utime(folder / name, (time.time() - age,) * 2)
    ingest(home, "town", [f"dem={dem}"])
    assert left_in(home) == [".ingest-now", "dem.json", "dem.tif"]


def test_the_child_opens_foreign_files_and_not_the_parent(home, town, dem, monkeypatch):
    import rasterio

    opened = []
    monkeypatch.setattr(rasterio, "open", lambda *paths, **_: opened.append(paths))
    ingest(home, "town", [f"dem={dem}"])
    assert opened == []


def test_clouds_go_from_every_band_of_a_level1_scene_and_from_nothing_else(home, town, raster, dem):
    """Forest with one cloud, in the digital numbers of Landsat 7."""
    forest = {"blue": 60, "green": 46, "red": 36, "nir": 85, "swir1": 70, "swir2": 40}
    cloud = {"blue": 200, "green": 190, "red": 190, "nir": 140, "swir1": 170, "swir2": 170}
    rng = np.random.default_rng(8)
    items = []
    for key, land, white in [(k, forest[k], cloud[k]) for k in forest] + [("thermal", 133, 112)]:
        values = np.full(town.grid.shape, land) + rng.integers(-1, 2, town.grid.shape)
        values[40:50, 40:50] = white
        items.append(f"{key}={raster(values.astype(np.uint8), f'{key}.tif')}")
    report = ingest(home, "town", [*items, f"dem={dem}"], sensor="landsat7", date="2002-07-20")
    found = sources(home, town)
    nir = read_on_grid(found["nir"], town.grid, town.grid.whole())
    assert np.isnan(nir[39:51, 39:51]).all()
    assert np.isfinite(nir[:30, :30]).all()
    assert found["nir"].masked_percent == pytest.approx(100 * 144 / nir.size, abs=0.051)
    assert found["thermal"].quantity == "brightness temperature"
    assert found["thermal"].support_m == 90.0
    assert (found["dem"].masked_percent, found["dem"].coverage) == (None, 100.0)
    assert any("masked as cloud or shadow" in line for line in report.lines())
    assert not any("masked" in line for line in report.lines() if line.startswith("dem"))
