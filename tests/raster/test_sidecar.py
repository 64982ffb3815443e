"""Two facts are taken from beside an image, whoever wrote them, and nothing else."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS

from geoml import errors
from geoml.raster.formats import ORTHO_DRIVERS
from geoml.raster.grid import Grid
from geoml.raster.header import probe
from geoml.raster.sidecar import georeference
from geoml.raster.warp import warp_rgb

BANEPA = Path(__file__).parents[2].parent / "shared" / "data" / "ortho" / "banepa"
WKT = CRS.from_epsg(2154).to_wkt()
NUMBERS = "10.0, 2.0, 0.0, 20.0, 0.0, -2.0"


def beside(path, text, suffix=".aux.xml"):
    (path.parent / (path.name + suffix)).write_text(text)
    return path


def pam(crs=WKT, numbers=NUMBERS):
    return f"<PAMDataset><SRS>{crs}</SRS><GeoTransform>{numbers}</GeoTransform></PAMDataset>"


def test_aux_xml(tmp_path):
    crs, transform = georeference(beside(tmp_path / "a.jpg", pam(WKT.replace('"', "&quot;"))))
    assert CRS.from_wkt(crs).to_epsg() == 2154
    assert transform == Affine(2, 0, 10, 0, -2, 20)


def test_a_world_file_speaks_of_the_centre_of_the_first_cell(tmp_path):
    (tmp_path / "a.pgw").write_text("2\n0\n0\n-2\n11\n19\n")
    (tmp_path / "a.prj").write_text(WKT)
    crs, transform = georeference(tmp_path / "a.png")
    assert transform == Affine(2, 0, 10, 0, -2, 20)
    assert crs is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<PAMDataset>",
        pam("http://127.0.0.1:1/a.prj", "1, 2, 3"),
        pam("/etc/passwd", "a, b, c, d, e, f"),
        pam("nonsense", "nan, 2, 0, 20, 0, inf"),
        '<!DOCTYPE a [<!ENTITY b "c">]>' + pam(),
        "x" * (2 << 20),
    ],
)
def test_nonsense_says_nothing(tmp_path, text):
    assert georeference(beside(tmp_path / "a.jpg", text)) == (None, None)


def test_an_aux_xml_cannot_bring_in_another_file(tmp_path):
    image = np.full((3, 64, 64), 90, np.uint8)
    place = {"crs": "EPSG:2154", "transform": Affine(2, 0, 10, 0, -2, 20)}
    shape = {"width": 64, "height": 64, "count": 3, "dtype": "uint8"}
    for name, driver, values in (("a.png", "PNG", image), ("secret.tif", "GTiff", image * 0 + 7)):
        with rasterio.open(tmp_path / name, "w", driver=driver, **shape, **place) as dataset:
            dataset.write(values)
    domain = '<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">secret.tif</MDI></Metadata>'
    told = pam(WKT.replace('"', "&quot;")).replace("<SRS>", domain + "<SRS>")
    header = probe(beside(tmp_path / "a.png", told), drivers=ORTHO_DRIVERS, allow_multiband=True)
    grid = Grid("EPSG:2154", 10, 20, 32, 32, 4, 4)
    for _, pixels, mask in warp_rgb(header, grid, drivers=ORTHO_DRIVERS, resampling="average"):
        assert (pixels == 90).all()
        assert (mask == 255).all()


@pytest.mark.real_data
@pytest.mark.skipif(not BANEPA.is_dir(), reason=f"{BANEPA} is absent")
def test_a_jpeg_called_tif_is_an_ortho_and_not_a_raster():
    path = sorted(BANEPA.glob("train/oam/*.tif"))[0]
    header = probe(path, drivers=ORTHO_DRIVERS, allow_multiband=True)
    assert (header.driver, header.crs, header.shape) == ("JPEG", "EPSG:4326", (512, 512))
    with pytest.raises(errors.ForbiddenFormat, match="JPEG"):
        probe(path, allow_multiband=True)
