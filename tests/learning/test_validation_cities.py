"""Three American cities, 500 m cells: why the random split is never the headline.

Logan et al. 2020, Remote Sensing of Environment. The columns are standardised.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geoml.contract import Feature
from geoml.files import read_json
from geoml.learning import tabular
from geoml.learning.samples import Samples
from geoml.types import Text

CELLS = Path("../shared/data/heat/us-cities-lst/cells_500m.csv.gz")
COLUMNS = {
    "ndvi": "ndvi_mean",
    "building_density": "bldg",
    "albedo": "alb_mean",
    "sky_view": "svf_mean",
    "trees": "tree_mean",
    "population": "pdens_mean",
}

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    pytest.mark.skipif(not CELLS.is_file(), reason=f"{CELLS} is not here"),
]


@pytest.fixture(scope="module")
def cities() -> Samples:
    table = pd.read_csv(CELLS)
    area, names = pd.factorize(table["city"])
    return Samples(
        features={name: table[column].to_numpy(float) for name, column in COLUMNS.items()},
        target=table["lst_day_mean"].to_numpy(float),
        easting_m=table["x"].to_numpy(float),
        northing_m=table["y"].to_numpy(float),
        cell_m=500.0,
        areas=tuple(names),
        area=area.astype(np.intp),
    )


@pytest.fixture(scope="module")
def metrics(service, cities, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cities")
    service = replace(
        service,
        features=tuple(
            Feature(name, Text(name, name), "1", (-50, 50), monotone=None) for name in COLUMNS
        ),
        input_sets=(),
    )
    meta = {
        "version": "world",
        "created": "",
        "support_m": 500.0,
        "reference": {"mode": "city mean"},
        "label": {"key": "lst", "quantity": "surface temperature"},
    }
    manifest = tabular.train(service, cities, folder, meta=meta)
    return {**read_json(folder / "metrics.json"), "warnings": manifest["warnings"]}


def test_a_random_split_flatters_and_another_city_tells_the_truth(metrics):
    r2 = {one["scheme"]: one["r2"] for one in metrics["table"] if one["candidate"] == "lightgbm"}
    assert r2["random"] > r2["block"] > r2["area"] + 0.3


def test_the_model_warns_that_it_does_not_travel(metrics):
    assert "elsewhere" in [one["code"] for one in metrics["warnings"]]


def test_intervals_cover_blocks_of_the_same_cities(metrics):
    assert metrics["intervals"][0]["coverage_mean"] >= 0.9
    assert metrics["intervals"][0]["coverage_worst"] >= 0.8
