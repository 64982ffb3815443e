"""The baseline as it ships, opened from its files, and places to ask it about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st

from geoml.files import read_json
from geoml.paths import packaged_models
from geoml.services.flood import SERVICE

RANGES = {
    "hand": (0, 60),
    "gfi": (-8, 6),
    "water_depth": (0, 5),
    "river_distance": (0, 3000),
    "elevation": (-5, 800),
    "sink_depth": (0, 3),
    "runoff_50mm": (0, 50),
    "twi": (2, 20),
    "slope": (0, 40),
    "curve_number": (30, 100),
    "imperviousness": (0, 1),
}


@pytest.fixture(scope="session")
def meta():
    """What a caller of ``train`` says of the training."""
    return {
        "version": "1",
        "created": "2024-07-01T00:00:00+00:00",
        "reference": {"mode": "auto", "text": {"fr": "inondé", "en": "flooded"}},
        "label": {"key": "flood_depth", "quantity": "depth of a flood"},
        "support_m": 25.0,
        "synthetic": True,
    }


@pytest.fixture(scope="session")
def model():
    """The model that comes with geoml."""
    folder = packaged_models(SERVICE.name) / "1"
    return SERVICE.load(folder, read_json(folder / "manifest.json"))


@pytest.fixture(scope="session")
def many():
    """4,000 places, each input of each unknown by the toss of a coin."""
    rng = np.random.default_rng(4)
    found = {name: rng.uniform(*ends, 4000) for name, ends in RANGES.items()}
    return {n: np.where(rng.random(4000) < 0.3, np.nan, v) for n, v in found.items()}


@pytest.fixture(scope="session")
def place():
    """A strategy of single places that know some of the inputs."""
    return st.fixed_dictionaries({}, optional={n: st.floats(*ends) for n, ends in RANGES.items()})
