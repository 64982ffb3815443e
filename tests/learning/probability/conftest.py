"""A made-up service whose target is 0 or 1, and a country where its true probability is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geoml.contract import Accept, Anchored, Feature, Rule, Service, Target
from geoml.learning import boosting
from geoml.learning.probability import model as learned
from geoml.learning.probability.model import ProbabilityModel
from geoml.learning.samples import Samples
from geoml.learning.support import support_mean
from geoml.types import Text

SIDE, CELL_M = 50, 20.0
META = {
    "version": "1",
    "created": "2024-07-01T00:00:00+00:00",
    "support_m": CELL_M,
    "reference": {"mode": "none"},
    "label": {"key": "wet", "quantity": "wet or dry"},
    "synthetic": True,
}


def declared(name, low, high, way=None):
    return Feature(name, Text(fr=name.capitalize(), en=name.capitalize()), "m", (low, high), way)


@pytest.fixture(scope="session")
def yes_or_no(service) -> Service:
    """Something is wet where it lies low and gathers water."""
    return replace(
        service,
        title=Text("Mouillé", "Wet"),
        features=(
            declared("height", 0, 50, "down"),
            declared("gather", -10, 10, "up"),
            declared("noise", -5, 5),
        ),
        needs_one_of=(("height", "gather"),),
        input_sets=(("height", "noise"),),
        target=Target("wet", Text("mouillé", "wet"), "1", (0, 1), ("wet",)),
        score=Anchored(0, 1),
        accept=Accept(
            metric="csi",
            above=0.3,
            rules=(Rule("height", "down"), Rule("gather", "up")),
            balance="height",
        ),
    )


@dataclass(frozen=True)
class Country:
    """Cells and the probability that their label was drawn with."""

    samples: Samples
    truth: np.ndarray


def country(seed: int = 0, side: int = SIDE, offset: float = 0.0) -> Country:
    """Smooth heights and gathering, and a log-odds that is a sum of both, bent."""
    rng = np.random.default_rng(seed)

    def smooth(k):
        field = support_mean(rng.normal(0, 1, (side, side)), k)
        return ((field - field.mean()) / field.std()).ravel()

    height, gather = 10 * np.abs(smooth(11)), 2 * smooth(7)
    odds = offset + 1.5 - 0.35 * height + 1.2 * gather
    truth = 1 / (1 + np.exp(-odds))
    row, col = np.divmod(np.arange(side * side), side)
    samples = Samples(
        features={"height": height, "gather": gather, "noise": rng.normal(0, 1, side * side)},
        target=(rng.random(side * side) < truth).astype(float),
        easting_m=col * CELL_M,
        northing_m=-row * CELL_M,
        cell_m=CELL_M,
        areas=("country",),
        area=np.zeros(side * side, np.intp),
    )
    return Country(samples, truth)


@dataclass(frozen=True)
class Learned:
    service: Service
    folder: Path
    manifest: dict[str, Any]
    model: ProbabilityModel


@pytest.fixture
def meta() -> dict[str, Any]:
    return dict(META)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", 10)


@pytest.fixture(scope="session")
def here() -> Country:
    return country()


@pytest.fixture(scope="session")
def trained(yes_or_no, here, tmp_path_factory) -> Learned:
    folder = tmp_path_factory.mktemp("learned")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(boosting, "ROUNDS", 60)
        manifest = learned.train(yes_or_no, here.samples, folder, meta=META, holdout_share=0.3)
    return Learned(yes_or_no, folder, manifest, learned.load(yes_or_no, folder, manifest))
