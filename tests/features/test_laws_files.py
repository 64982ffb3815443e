"""How a file lies on the ground does not change what every quantity says about that ground."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine

from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.errors import UnusableGrid
from geoml.features import registry
from geoml.lifecycle.features import refresh
from geoml.paths import Home
from geoml.raster.cog import read


def rewritten(path, out, transform, flip=False):
    """The same raster under another transform, row 0 in the south if flipped."""
    with rasterio.open(path) as source:
        values, profile = source.read(), source.profile
        units = source.units
        moved = transform(source)
    profile.update(driver="GTiff", transform=moved, tiled=False, blockxsize=None, blockysize=None)
    for key in ("blockxsize", "blockysize", "layout", "interleave"):
        profile.pop(key, None)
    with rasterio.open(out, "w", **profile) as target:
        target.write(values[:, ::-1] if flip else values)
        target.units = units
    return out


def south_up(source):
    t = source.transform
    return Affine(t.a, 0, t.c, 0, -t.e, t.f + t.e * source.height)


def rotated(source):
    return source.transform @ Affine.rotation(20)


def is_raster(path):
    return path.suffix == ".tif"


def town(root, little, files):
    home = Home(root / "home")
    areas.create(home, "town", "Petiteville", bbox=little.bbox, synthetic=True)
    ingest(home, "town", [f"{key}={path}" for key, path in files.items()], date="2025-07-20")
    return home


@pytest.mark.slow
def test_south_up_files_give_the_bytes_of_north_up_files(little, tmp_path):
    turned = {
        key: rewritten(path, tmp_path / path.name, south_up, flip=True) if is_raster(path) else path
        for key, path in little.files.items()
    }
    homes = [
        town(tmp_path / "north", little, little.files),
        town(tmp_path / "south", little, turned),
    ]
    done = [refresh(home, "town").computed for home in homes]
    assert done[0] == done[1]
    assert set(done[0]) == set(registry.available(little.files))
    for name in done[0]:
        north, south = (read(home.features("town") / f"{name}.tif") for home in homes)
        assert np.isfinite(north).any(), name
        np.testing.assert_array_equal(south, north, err_msg=name)


def test_a_rotated_file_is_refused_whatever_it_is_for(little, tmp_path):
    root = Home(tmp_path / "home")
    areas.create(root, "town", "Petiteville", bbox=little.bbox, synthetic=True)
    for key, path in little.files.items():
        if is_raster(path):
            turned = rewritten(path, tmp_path / path.name, rotated)
            with pytest.raises(UnusableGrid, match="rotated") as caught:
                ingest(root, "town", [f"{key}={turned}"], date="2025-07-20")
            assert caught.value.next_step
    assert not list(root.sources("town").glob("*.tif"))
