"""Roofs of a drawn photograph, whose maker knows every face: dormers, hips, chimneys and trees."""

from collections import defaultdict

import geopandas
import numpy as np
import pytest
import shapely

from geoml.areas.demo.aerial.chips import chip
from geoml.features.solar.potential import Place, potential
from geoml.raster.cog import write
from geoml.raster.grid import Grid
from tests.features.solar.conftest import CRS, NORTH, WEST

CELL, SIZE = 0.25, 320


@pytest.fixture(scope="module")
def drawn():
    return chip(4, size_px=SIZE, gsd_m=CELL)


def whole_roofs(chip):
    """Outline and faces of each roof that lies well inside the picture."""
    faces = defaultdict(list)
    for face in chip.roofs:
        faces[face.roof].append(face)
    frame = shapely.box(0, -SIZE * CELL, SIZE * CELL, 0).buffer(-3)
    for each in faces.values():
        outline = shapely.union_all([shapely.Polygon(face.outline) for face in each])
        if outline.area > 60 and frame.contains(outline):
            yield shapely.affinity.translate(outline, WEST, NORTH), each


def test_the_faces_that_were_drawn_are_found(drawn, tmp_path):
    write(tmp_path / "dsm.tif", drawn.height_m, Grid(CRS, WEST, NORTH, CELL, CELL, SIZE, SIZE))
    outlines, faces = zip(*whole_roofs(drawn), strict=True)
    roofs = geopandas.GeoDataFrame(geometry=list(outlines), crs=CRS)
    got = potential(roofs, Place(45.0, 3.0), surface=tmp_path / "dsm.tif")
    assert len(got) >= 5
    assert (got.orientation != "unknown").mean() >= 0.8
    off = [
        min(abs(face.tilt_deg - tilt) for face in each)
        for tilt, each in zip(got.tilt_deg, faces, strict=True)
        if np.isfinite(tilt)
    ]
    assert np.median(off) < 0.5
    assert np.quantile(off, 0.9) < 5
