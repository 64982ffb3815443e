"""Every hostile raster, ingested by the command into an area that covers it."""

import json
import math
import os
import shutil
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
import rasterio
from rasterio.warp import transform

from geoml import errors
from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.paths import Home

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

PARIS = (2.30, 48.80, 2.33, 48.82)
"""Where a file goes that does not say where it belongs."""
LONGEST_S = 60.0  # a hang, not a speed: a palette is drawn whole, beside two other tests
HALF_M = 3_000.0
ELSEWHERE = ("geo/cog_world.tif",)
"""Covers Paris too; its own middle is the sea, where it knows nothing."""


@dataclass(frozen=True)
class Case:
    """What happens with ``key=FILE[:band]``: an error, or cells as rasterio reads them."""

    key: str
    band: int | None = None
    error: type | None = None
    says: str = ""
    unit: str | None = None


NO_PLACE = (
    Case("dem", 1, errors.MissingCrs, "none"),
    Case("ortho", None, errors.MissingCrs, "none"),
)
WHAT_HAPPENS = {
    "geo/RGB2.byte.tif": (
        Case("dem", None, errors.BandNeeded, "1 (red), 2 (green), 3 (blue)"),
        Case("dem", 2),
        Case("ortho"),
        Case("lst", 1, errors.UnknownUnit, "median", unit="K"),
    ),
    "geo/RGB2.byte.tif.msk": (Case("landcover", None, errors.MissingCrs, "none"),),
    "geo/all-nodata.tif": (
        Case("dem", 1, errors.EmptySource, "nodata"),
        Case("ortho", None, errors.EmptySource, "nodata"),
    ),
    "geo/alpha.tif": (Case("ortho"), Case("dem", 1)),
    "geo/cint16.tif": (Case("dem", None, errors.ForbiddenFormat, "complex"),),
    "geo/cog_cmap.tif": (
        Case("landcover"),
        Case("dem", None, errors.ForbiddenFormat, "palette"),
        Case("ortho"),
    ),
    "geo/cog_dateline.tif": (
        Case("landcover"),
        Case("dem", None, errors.OutOfRange, "outside"),
    ),
    "geo/cog_gcps.tif": (Case("dem", None, errors.UnusableGrid, "control points"),),
    "geo/cog_hirise_mars.tif": (Case("ortho", None, errors.MissingCrs, "not the Earth"),),
    "geo/cog_nodata_nan.tif": (
        Case("dem"),
        Case("lst", None, errors.UnknownUnit, "median", unit="K"),
        Case("landcover", None, errors.OutOfRange, "0."),
    ),
    "geo/cog_rgb_mask.tif": (Case("ortho"), Case("dem", 3)),
    "geo/cog_scale.tif": (
        Case("dem", 1),
        Case("dem", None, errors.BandNeeded, "bands 1, 2"),
        Case("lst", 1, errors.UnknownUnit, "median", unit="degC"),
    ),
    "geo/cog_world.tif": (Case("landcover"), Case("dem")),
    "geo/corrupt.tif": (
        Case("ortho", None, errors.UnreadableFile, "corrupt.tif"),
        Case("dem", 1, errors.UnreadableFile, "corrupt.tif"),
    ),
    "geo/float.tif": NO_PLACE,
    "geo/float_nan.tif": NO_PLACE,
    "geo/goes.tif": (Case("ortho"), Case("dem", 1)),
    "geo/rotated.tif": (Case("dem", None, errors.UnusableGrid, "rotated"),),
    "geo/zero_byte.tif": (Case("dem", None, errors.UnreadableFile, "empty file"),),
    "tiff/12bit.cropped.tif": (Case("dem", None, errors.MissingCrs, "none"),),
    "tiff/crash-0c7e0e8e11ce787078f00b5b0ca409a167f070e0.tif": NO_PLACE,
    "tiff/crash-0da013a13571cc8eb457a39fee8db18f8a3c7127.tif": NO_PLACE,
    "tiff/crash-0e16d3bfb83be87356d026d66919deaefca44dac.tif": NO_PLACE,
    "tiff/crash-1152ec2d1a1a71395b6f2ce6721c38924d025bf3.tif": NO_PLACE,
    "tiff/crash-1185209cf7655b5aed8ae5e77784dfdd18ab59e9.tif": NO_PLACE,
    "tiff/hopper_jpg.tif": NO_PLACE,
    "tiff/libtiff_segfault.tif": (Case("ortho", None, errors.OversizedHeader, "65535 bands"),),
    "tiff/multipage.tiff": NO_PLACE,
    "tiff/tiff_overflow_rows_per_strip.tif": NO_PLACE,
    "tiff/tiff_strip_cmyk_jpeg.tif": NO_PLACE,
}
CASES = [
    pytest.param(name, case, id=f"{name}-{case.key}{case.band or ''}")
    for name, cases in WHAT_HAPPENS.items()
    for case in cases
]


def test_the_table_says_what_should_happen_with_every_hostile_raster(real_data):
    folder = real_data / "hostile"
    found = {str(p.relative_to(folder)) for p in (*folder.glob("geo/*"), *folder.glob("tiff/*"))}
    assert found == set(WHAT_HAPPENS), "say what should happen with the others"


def box(path, name):
    """The middle of the file, at most 6 km a side; Paris where it has no place on Earth."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with rasterio.open(path) as dataset:
                half = HALF_M / math.sqrt(abs(dataset.transform.determinant))
                if name in ELSEWHERE or not dataset.crs or dataset.transform.is_identity:
                    return PARIS
                if dataset.crs.is_geographic:
                    half /= 111_000
                row, col = dataset.height / 2, dataset.width / 2
                down, right = min(half, row), min(half, col)
                t = dataset.transform
                xs = [t.c + t.a * (col - right), t.c + t.a * (col + right)]
                ys = [t.f + t.e * (row + down), t.f + t.e * (row - down)]
                lon, lat = transform(dataset.crs, "OGC:CRS84", xs, ys)
        except (rasterio.errors.RasterioError, rasterio._err.CPLE_BaseError):
            return PARIS  # Mars has no way to Greenwich
    return (min(lon), min(lat), max(lon), max(lat))


def snapshot(folder):
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.name != ".lock"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A home with the area ``a``, and a source of the key that is there before a file comes.

    It must survive every error. Most files lie nowhere, so most homes are copies of one.
    """
    made = {}

    def of(bbox, key, root):
        if (bbox, key) not in made:
            made[bbox, key] = tmp_path_factory.mktemp("place") / "home"
            home = Home(made[bbox, key])
            earlier_source(home, areas.create(home, "a", "A", bbox=bbox), key, root)
        shutil.copytree(made[bbox, key], root / "home")
        return Home(root / "home")

    return of


def earlier_source(home, area, key, tmp_path):
    kind = {"ortho": "uint8", "landcover": "uint8"}.get(key, "float32")
    bands = 3 if key == "ortho" else 1
    profile = {"driver": "GTiff", "count": bands, "dtype": kind, "crs": area.crs}
    profile |= {"height": area.grid.rows, "width": area.grid.cols}
    with rasterio.open(
        tmp_path / "earlier.tif", "w", transform=area.grid.transform, **profile
    ) as dataset:
        dataset.write(np.full((bands, *area.grid.shape), 250, kind))
    ingest(home, area.id, [f"{key}={tmp_path / 'earlier.tif'}"])


def command(home, *words):
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "geoml.cli.main", "ingest", "a", *words, "--json"],
        capture_output=True, text=True, timeout=LONGEST_S,
        env={**os.environ, "GEOML_HOME": str(home.root)},
    )  # fmt: skip
    assert time.monotonic() - started < LONGEST_S
    return done


@pytest.mark.parametrize(("name", "case"), CASES)
def test_a_hostile_raster_ends_as_the_table_says(tmp_path, real_data, place, name, case):
    path = real_data / "hostile" / name
    home = place(box(path, name), case.key, tmp_path)
    area = areas.load(home, "a")
    before = snapshot(home.sources("a"))
    item = f"{case.key}={path}" + (f":{case.band}" if case.band else "")
    unit = ("--unit", f"{case.key}={case.unit}") if case.unit else ()
    done = command(home, item, *unit)
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    if case.error is None:
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)["sources"][0]
        check_cells(path, area, case, home.sources("a") / told["file"], told["coverage_percent"])
    else:
        refused(done, path, case)
        assert snapshot(home.sources("a")) == before
        units = {case.key: case.unit} if case.unit else {}
        with pytest.raises(case.error) as caught:
            ingest(home, "a", [item], units=units)
        assert all(caught.value.as_dict().values())
        assert snapshot(home.sources("a")) == before
    assert not list(home.sources("a").glob(".ingest-*"))


def refused(done, path, case):
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ")
    for part in (path.name, "expected", "got", case.says, ";"):
        assert part in last, last


def check_cells(path, area, case, stored, coverage):
    """Stored cells against the nearest cells that rasterio reads, where the file is smooth.

    The value of a stored cell lies within those of the 5 x 5 cells of the file around it, and it
    is known only where one of them is; where all of them are known, it is.
    """
    with rasterio.open(stored) as ours:
        got = ours.read(1).astype(float)
        got[got == ours.nodata] = np.nan
        rows, cols = np.linspace(0, ours.height - 1, 41), np.linspace(0, ours.width - 1, 41)
        rows, cols = (g.ravel().astype(int) for g in np.meshgrid(rows, cols))
        xs, ys = rasterio.transform.xy(ours.transform, rows, cols)
    assert coverage == pytest.approx(100 * np.isfinite(got).mean(), abs=0.1)
    values, known = theirs(path, case, area.crs, np.asarray(xs), np.asarray(ys))
    ours_at = got[rows, cols]
    assert np.isfinite(ours_at).any()
    low = np.where(known, values, np.inf).min(axis=1)
    high = np.where(known, values, -np.inf).max(axis=1)
    seen = np.isfinite(ours_at)
    assert (ours_at[seen] >= low[seen] - 1e-3).all()
    assert (ours_at[seen] <= high[seen] + 1e-3).all()
    assert seen[known.all(axis=1)].all()
    assert not seen[~known.any(axis=1)].any()


def theirs(path, case, crs, xs, ys):
    """(values, known), shape (points, 25): cells of the file about each point, as rasterio says."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio.open(path) as dataset:
            band = case.band or 1
            x, y = transform(crs, dataset.crs, xs, ys)
            inverse, x, y = ~dataset.transform, np.asarray(x), np.asarray(y)  # none is rotated
            row = np.floor(inverse.e * y + inverse.f).astype(int)
            col = np.floor(inverse.a * x + inverse.c).astype(int)
            window = rasterio.windows.Window.from_slices(
                (max(row.min() - 3, 0), min(row.max() + 4, dataset.height)),
                (max(col.min() - 3, 0), min(col.max() + 4, dataset.width)),
            )
            values = dataset.read(band, window=window).astype(float)
            known = dataset.read_masks(band, window=window) > 0
            known &= np.isfinite(values)
            if case.key == "ortho" and dataset.colorinterp[0].name == "palette":
                table = dataset.colormap(1)
                values = np.array([table[index][0] for index in range(256)])[values.astype(int)]
            values = values * dataset.scales[band - 1] + dataset.offsets[band - 1]
    if case.key == "ortho":
        values = np.maximum(values, 1)  # 0 is no data, so black is stored as 1
    step = np.arange(-2, 3)
    r = (row - window.row_off)[:, None, None] + step[None, :, None]
    c = (col - window.col_off)[:, None, None] + step[None, None, :]
    inside = (r >= 0) & (r < values.shape[0]) & (c >= 0) & (c < values.shape[1])
    r, c = np.clip(r, 0, values.shape[0] - 1), np.clip(c, 0, values.shape[1] - 1)
    shape = (len(row), 25)
    return values[r, c].reshape(shape), (known[r, c] & inside).reshape(shape)
