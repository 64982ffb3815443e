"""On a real ortho the shipped model says the same whatever the windows."""

import numpy as np
import pytest

from geoml import catalog, modelstore
from geoml.learning.segmentation.engine import open_engine, open_model_folder
from geoml.learning.segmentation.infer import write_probability
from geoml.paths import Home
from geoml.raster.cog import cog_writer, open_cog
from geoml.raster.grid import Grid, Window

pytestmark = [pytest.mark.real_data, pytest.mark.slow]

SIDE, GSD_M = 2600, 0.25


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    able = [name for name in catalog.names() if catalog.get(name).kind == "segmentation"]
    served = [ref for name in able if (ref := modelstore.serving(home, name))]
    if not served:
        pytest.skip("no segmentation model ships with this checkout")
    return served[0].folder


@pytest.fixture(scope="module")
def ortho(real_data, tmp_path_factory):
    """The middle of Banepa at 0.25 m, with its holes."""
    from geoml.learning.segmentation.dataset import read
    from geoml.learning.segmentation.rescale import Rescaled
    from geoml.learning.segmentation.sheets import sheets, source

    folder = tmp_path_factory.mktemp("banepa")
    images = real_data / "ortho" / "banepa" / "train" / "oam" / "*.tif"
    (folder / "banepa.toml").write_text(
        f'[[pictures]]\nplace = "banepa"\nimages = "{images}"\nmosaic = true\ngsd_m = 0.1323\n'
        'masks = "{folder}/../../masks_derived/{stem}.png"\nattribution = "see the data"\n'
    )
    sheet = max(sheets(read(folder / "banepa.toml")), key=lambda one: one.area_m2)
    ratio = GSD_M / sheet.gsd_m
    picture = Rescaled.to(source(sheet), (ratio, ratio))
    rows, cols = (min(SIDE, side) for side in picture.shape)
    row, col = ((side - part) // 2 for side, part in zip(picture.shape, (rows, cols), strict=True))
    values, known = picture.read(Window(row, col, rows, cols))
    grid = Grid("EPSG:32645", 350_000.0, 3_060_000.0, GSD_M, GSD_M, rows, cols)
    with cog_writer(folder / "ortho.tif", grid, dtype="uint8", nodata=0, bands=("", "", "")) as out:
        for band in (1, 2, 3):
            out.write(np.where(known, np.maximum(values[band - 1], 1), 0), band=band)
    return folder / "ortho.tif"


def test_windows_of_512_and_2048_agree_within_one_byte(model, ortho, tmp_path):
    spec, engine = open_model_folder(model)[0], open_engine(model)
    found = []
    for size in (512, 2048):
        out = tmp_path / f"{size}.tif"
        write_probability(engine, spec, ortho, out, window_px=size)
        with open_cog(out) as dataset:
            found.append(dataset.read(1).astype(int))
    assert (found[0] > 0).mean() > 0.5
    assert np.ptp(found[0][found[0] > 0]) > 200
    assert np.abs(found[0] - found[1]).max() <= 1
    assert ((found[0] == 0) == (found[1] == 0)).all()
