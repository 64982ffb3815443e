"""A partial town for real: New York with a surface temperature and half a file of footprints.

The footprints end along a line through the Bronx: a third of the area is not mapped. There is no
image, no elevation, no water, no date, and no countryside to compare with. Licence unclear: this
measures and publishes nothing.
"""

import json
import os
import subprocess
import sys

import geopandas
import numpy as np
import pytest

from geoml import editions, modelstore
from geoml.areas.area import load
from geoml.files import read_json
from geoml.paths import Home
from geoml.raster.cog import read

pytestmark = [pytest.mark.slow, pytest.mark.real_data]


@pytest.fixture(scope="module")
def told():
    """What the commands said on stderr, by verb."""
    return {}


@pytest.fixture(scope="module")
def home(real_data, tmp_path_factory, told, service_name):
    root = tmp_path_factory.mktemp("nyc")
    folder = real_data / "heat" / "nyc-2021"

    def geoml(*words):
        command = [sys.executable, "-m", "geoml.cli.main", *words]
        environment = {**os.environ, "GEOML_HOME": str(root)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        assert done.returncode == 0, done.stderr
        told[words[0]] = done.stderr
        return json.loads(done.stdout)

    geoml("area", "create", "nyc", "--name", "Bronx", "--bbox", "-73.93,40.82,-73.87,40.87")
    items = [f"lst={folder / 'landsat_lst_c.tif'}", f"buildings={folder / 'buildings.gpkg'}"]
    geoml("ingest", "nyc", *items, "--unit", "lst=degC")
    geoml("features", "nyc")
    geoml("train", service_name, "--area", "nyc")
    geoml("run", service_name, "--area", "nyc")
    return Home(root)


@pytest.fixture(scope="module")
def edition(home, service_name):
    return editions.current(home, service_name, "nyc")


def test_celsius_became_kelvin(home):
    lst = read(home.sources("nyc") / "lst.tif")
    assert np.nanmedian(lst) == pytest.approx(309.8, abs=0.5)


def test_what_was_never_mapped_is_unknown(home):
    """The north-east corner: streets full of houses, and none of them in the file."""
    density = read(home.features("nyc") / "building_density.tif")
    rows, cols = density.shape
    assert np.isnan(density[: rows // 4, cols // 2 :]).all()
    assert np.isfinite(density).mean() == pytest.approx(0.68, abs=0.03)
    assert np.nanmean(density) > 0.22


def test_the_commands_say_what_is_missing(told, edition):
    assert "distances differ from the ground" in told["area"]
    assert "covers 67." in told["ingest"]
    assert "missing (known nowhere here): ndvi, ndbi, albedo, water_distance" in told["run"]
    assert "reference: relative to this area" in told["run"]
    assert f"answers for {edition.manifest()['answered_percent']:g} %" in told["run"]


def test_the_density_baseline_stands_beside_the_model_over_blocks(home, service):
    key = modelstore.champion_key(load(home, "nyc"))
    ref = modelstore.champion(home, service.name, key)
    metrics, card = read_json(ref.folder / "metrics.json"), (ref.folder / "card.md").read_text()
    assert metrics["baseline"]["features"] == ["building_density"]
    block = {o["candidate"]: o["rmse_k"] for o in metrics["table"] if o["scheme"] == "block"}
    assert block["lightgbm"] < block[service.accept.baseline] < block["mean"]
    assert block["lightgbm"] < 2.4, "2.96 K when unmapped ground was taken for open ground"
    assert metrics["validation"]["blocks"] >= 12
    assert "is a straight line through `building_density`." in card
    assert "Features missing: `ndvi`" in card
    assert "relative to this area" in card


def test_the_edition_says_what_it_is(edition):
    manifest = edition.manifest()
    assert manifest["features_used"] == ["building_density", "building_density_mean_300m"]
    assert len(manifest["features_missing"]) == 9
    assert manifest["reference"]["relative_to_area"] is True
    assert (manifest["synthetic"], manifest["date"]) == (False, None)
    assert {"partial", "missing", "little", "short_blocks"} <= {
        one["code"] for one in manifest["warnings"]
    }


def test_every_building_of_the_file_has_a_score_and_an_id(edition, service_name):
    units = geopandas.read_parquet(edition.folder / "units.parquet")
    assert units["id"].is_unique
    assert units[f"{service_name}_score"].notna().mean() > 0.99


def test_it_is_answered_where_it_is_known_and_only_there(home, service_name):
    from starlette.testclient import TestClient

    from geoml.api.app import create_app
    from geoml.api.settings import Settings

    with TestClient(create_app(Settings(home=home.root))) as client:

        def at(lon, lat):
            return client.get(f"/services/{service_name}/at", params={"lon": lon, "lat": lat})

        known, unmapped = at(-73.91, 40.83), at(-73.88, 40.865)
        properties = known.json()["properties"]
        assert "ndvi" in properties["features_missing"]
        assert properties["reference"]["text"]["fr"].startswith("par rapport à ce territoire")
        assert properties["quantity"]["en"] == "surface temperature"
        assert unmapped.status_code == 404
        assert "no answer in this cell" in unmapped.json()["detail"]
