"""A heat model trained once on the tiny synthetic town; training is shortened where only its
machinery is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from geoml.contract import Scene, Service
from geoml.learning import boosting, training
from geoml.learning.samples import Samples, take
from geoml.learning.tabular import TabularModel

META = {
    "version": "1",
    "created": "2024-07-01T00:00:00+00:00",
    "support_m": 90.0,
    "reference": {"mode": "ring"},
    "label": {"key": "lst", "quantity": "surface temperature"},
    "synthetic": True,
}


@dataclass(frozen=True)
class Trained:
    service: Service
    samples: Samples
    folder: Path
    manifest: dict[str, Any]
    model: TabularModel


@pytest.fixture
def meta() -> dict[str, Any]:
    return dict(META)


@pytest.fixture(scope="session")
def scene(service) -> Scene:
    return service.scene()


@pytest.fixture(scope="session")
def samples(service, scene) -> Samples:
    target, _ = service.target_of(scene.label, scene.features, scene.grid, inside=scene.inside)
    return take(service, scene.features, target, scene.grid, scene.support_m, area="scene")


@pytest.fixture(scope="session")
def quick_candidates():
    """The candidates with short boosting and the mean in the forest's place."""
    real = training.candidates

    def quick(service, names, seed):
        tried = dict(real(service, names, seed))
        return {**tried, "random_forest": tried["mean"]}

    return quick


@pytest.fixture
def quick(monkeypatch, quick_candidates):
    monkeypatch.setattr(training, "candidates", quick_candidates)
    monkeypatch.setattr(boosting, "ROUNDS", 40)


@pytest.fixture(scope="session")
def trained(service, samples, quick_candidates, tmp_path_factory) -> Trained:
    folder = tmp_path_factory.mktemp("model")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "candidates", quick_candidates)
        patch.setattr(boosting, "ROUNDS", 120)
        manifest = service.train(samples, folder, meta=META, seed=0)
    model = service.load(folder, manifest)
    return Trained(service, samples, folder, manifest, model)
