"""The walk-through of docs/walk-through.md on the real Landsat 7 scene, end to end."""

import json

import numpy as np
import pytest

from geoml.paths import Home
from geoml.raster.cog import read

pytestmark = [pytest.mark.slow, pytest.mark.real_data]
BANDS = {"blue": 1, "green": 2, "red": 3, "nir": 4, "swir1": 5, "swir2": 8, "thermal": 6}


@pytest.fixture(scope="module")
def home(real_data, geoml_in, tmp_path_factory):
    root = tmp_path_factory.mktemp("pa")
    scene = real_data / "heat" / "landsat7-pennsylvania-2002"
    file = scene / "etm_july_2002_8band.tif"

    geoml = geoml_in(root)
    geoml("area", "create", "pa", "--bbox", "-76.297,40.484,-76.193,40.563")
    items = [f"{key}={file}:{band}" for key, band in BANDS.items()]
    geoml("ingest", "pa", *items, "--sensor", "landsat7", "--date", "2002-07-20")
    geoml("ingest", "pa", f"dem={scene / 'dem.tif'}")
    geoml("train", "uhi", "--area", "pa", "--holdout", "0.5")
    geoml("run", "uhi", "--area", "pa")
    return Home(root)


@pytest.fixture(scope="module")
def edition(home):
    from geoml import editions

    return editions.current(home, "uhi", "pa")


def test_reflectance_and_temperature_are_physical(home):
    ndvi = read(home.features("pa") / "ndvi.tif")
    assert np.nanmedian(ndvi) == pytest.approx(0.62, abs=0.04)
    thermal = read(home.sources("pa") / "thermal.tif")
    low, high = np.nanpercentile(thermal, [1, 99])
    assert low > 285.5
    assert high < 306.5


def test_clouds_are_unknown_and_not_too_much_is(home):
    hidden = np.isnan(read(home.sources("pa") / "thermal.tif")).mean()
    assert 0.036 < hidden < 0.2


def test_it_beats_the_baseline_where_it_did_not_learn(home):
    from geoml import modelstore

    ref = modelstore.champion(home, "uhi", "pa")
    held = json.loads((ref.folder / "metrics.json").read_text())["holdout"]
    by_name = {one["candidate"]: one["rmse_k"] for one in held["table"]}
    assert held["cells"] > 2000
    assert by_name["lightgbm"] < by_name["ndvi_density_linear"] < by_name["mean"]
    assert held["coverage"] >= 0.85


def test_it_is_called_what_it_is(edition):
    manifest = edition.manifest()
    assert manifest["quantity"]["en"] == "brightness temperature"
    assert manifest["reference"]["text"]["en"].startswith("relative to this area")
    assert manifest["synthetic"] is False
    assert "building_density" in manifest["features_missing"]
    assert manifest["date"] == "2002-07-20"


def test_it_is_served(home):
    from starlette.testclient import TestClient

    from geoml.api.app import create_app
    from geoml.api.settings import Settings

    with TestClient(create_app(Settings(home=home.root))) as client:
        (edition,) = client.get("/areas/pa").json()["editions"]
        west, south, east, north = edition["layers"][0]["bounds"]
        place = {"lon": west + 0.6 * (east - west), "lat": south + 0.45 * (north - south)}
        told = client.get("/services/uhi/at", params=place).json()["properties"]
        assert told["quantity"]["fr"] == "température de brillance"
        tilejson = client.get(edition["layers"][0]["tilejson"]).json()
        assert tilejson["minzoom"] <= tilejson["maxzoom"]
