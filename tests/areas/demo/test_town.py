import hashlib
from functools import cache

import geopandas
import numpy as np
import pytest

from geoml.areas.area import create
from geoml.areas.demo.heat import NOISE_K
from geoml.areas.demo.plan import PLANS
from geoml.areas.demo.town import make, truth
from geoml.areas.ingest import ingest
from geoml.errors import InvalidArgument
from geoml.paths import Home
from geoml.raster import cog

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Each town as its plan draws it: some ten seconds, hence once a module."""
    return cache(lambda which: make(which, tmp_path_factory.mktemp(which)))


@pytest.fixture(scope="module", params=sorted(PLANS))
def town(request, drawn):
    return drawn(request.param)


def band(town, key):
    path, _, number = town.files[key].partition(":")
    return cog.read(path, band=int(number or 1))


def digest(folder):
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.tif")
    }


def test_an_unknown_town_leaves_nothing_behind(tmp_path):
    with pytest.raises(InvalidArgument, match="atlantis"):
        make("atlantis", tmp_path / "town")
    assert not (tmp_path / "town").exists()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(drawn, tmp_path):
    """The town with all there is is drawn twice, the one that is drawn sooner from another seed."""
    first, coast = drawn("demo"), drawn("demo-coast")
    again = make("demo", tmp_path / "again", first.seed)
    other = make("demo-coast", tmp_path / "other", coast.seed + 1)
    before, roofs = first.boundary_file.parent, "buildings.gpkg"
    assert digest(before) == digest(tmp_path / "again")
    assert (before / roofs).read_bytes() == (tmp_path / "again" / roofs).read_bytes()
    assert len(digest(before)) == 11
    at_sea = digest(coast.boundary_file.parent)
    assert not set(at_sea.values()) & set(digest(tmp_path / "other").values())
    assert (again.seed, other.seed) == (first.seed, coast.seed + 1)


def test_reflectance_is_physical(town):
    bands = {key: band(town, key) for key in ("blue", "green", "red", "nir", "swir1", "swir2")}
    for key, values in bands.items():
        assert np.isfinite(values).all(), key
        assert values.min() > 0
        assert values.max() < 0.7
    ndvi = (bands["nir"] - bands["red"]) / (bands["nir"] + bands["red"])
    cover = band(town, "landcover")
    assert np.median(ndvi[cover == 10]) > 0.75
    assert np.median(ndvi[cover == 80]) < 0
    assert np.median(ndvi[cover == 50]) < 0.4
    assert set(np.unique(cover)) <= {10, 20, 30, 40, 50, 60, 80, 90}


def test_surface_temperature_spans_a_town_in_july(town):
    lst, cover = band(town, "lst"), band(town, "landcover")
    shares = {code: (cover == code).reshape(200, 3, 250, 3).mean(axis=(1, 3)) for code in (50, 80)}
    country = np.median(lst[(shares[50] == 0) & (shares[80] == 0)])
    assert 298 < country < 312
    assert 4 < np.median(lst[shares[50] == 1]) - country < 9
    assert -9 < np.median(lst[shares[80] > 0.9]) - country < -2.5
    low, high = np.percentile(lst, [0.5, 99.5])
    assert 9 < high - low < 18


def test_the_truth_adds_up_to_what_the_sensor_saw(town):
    parts = truth(town)
    own = parts.lst - parts.signal - parts.hidden - parts.noise
    assert own.std() == pytest.approx(0.15, rel=0.05)
    assert 0.5 * NOISE_K < parts.noise.std() < 1.1 * NOISE_K
    assert parts.signal.std() > 2 * parts.noise.std()
    assert 1.5 < parts.hidden.max() < 3.1
    assert np.isfinite(parts.signal).all()


def test_files_are_what_a_town_would_send(town):
    buildings = geopandas.read_file(town.files["buildings"])
    assert list(buildings.columns) == ["height_m", "levels", "geometry"]
    assert 1700 <= len(buildings) <= 2400
    assert buildings.crs == town.crs
    assert list(geopandas.read_file(town.files["zones"]).columns) == ["name", "geometry"]
    with cog.open_cog(town.files["lst"]) as dataset:
        assert dataset.units == ("K",)
        assert dataset.res == (30.0, 30.0)
    with cog.open_cog(town.files["imagery"]) as dataset:
        assert dataset.dtypes == ("uint8",) * 3
    assert {item.split("=")[0] for item in town.items()} == set(town.files)


def test_a_part_of_one_town_is_drawn_finely(drawn):
    town = drawn("demo")
    planes = geopandas.read_file(town.planes_file)
    buildings = geopandas.read_file(town.files["buildings"])
    with cog.open_cog(town.files["ortho"]) as photo, cog.open_cog(town.files["dsm"]) as model:
        assert (photo.res, model.res) == ((0.25, 0.25), (1.0, 1.0))
        assert photo.bounds == model.bounds
        elevation = model.read(1)
    assert np.isfinite(elevation).all()
    own = buildings.geometry.iloc[planes["building"]]
    assert own.buffer(0.2).reset_index(drop=True).covers(planes.geometry).mean() > 0.99
    assert len(planes) > 500
    assert "ortho" not in drawn("demo-coast").files


def test_it_goes_through_the_ordinary_ingestion_whole(town, tmp_path):
    home = Home(tmp_path)
    area = create(
        home,
        town.id,
        town.name,
        boundary_file=town.boundary_file,
        crs=town.crs,
        resolution_m=town.resolution_m,
        margin_m=town.margin_m,
        synthetic=True,
    )
    report = ingest(home, town.id, town.items(), date=town.date)
    rasters = [source for source in report.sources if source.stored_m is not None]
    assert {source.key for source in report.sources} == set(town.files)
    parts = {source.key: source.coverage_percent for source in rasters}
    assert {parts.pop(key) for key in ("ortho", "dsm") if key in parts} <= {0.7}
    assert set(parts.values()) == {100.0}
    assert {source.unit for source in report.sources if source.key == "lst"} == {"K"}
    assert area.grid.rows == 200
