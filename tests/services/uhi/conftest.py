"""A heat model trained once on its scene."""

from __future__ import annotations

import pytest

from geoml.learning import boosting
from geoml.learning.samples import take
from geoml.services.uhi import SERVICE

META = {
    "version": "laws",
    "created": "2024-07-01T00:00:00+00:00",
    "support_m": 90.0,
    "reference": {"mode": "ring"},
    "label": {"key": "lst", "quantity": "surface temperature"},
    "synthetic": True,
}


@pytest.fixture(scope="session")
def train():
    """Train on the scene, with short boosting, into a folder; the manifest."""
    one = SERVICE.scene()
    target, _ = SERVICE.target_of(one.label, one.features, one.grid, inside=one.inside)
    samples = take(SERVICE, one.features, target, one.grid, one.support_m, area="scene")

    def run(folder):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(boosting, "ROUNDS", 60)
            return SERVICE.train(samples, folder, meta=META)

    return run


@pytest.fixture(scope="session")
def laws(train, tmp_path_factory):
    """(model, its folder, its manifest)."""
    folder = tmp_path_factory.mktemp("laws")
    manifest = train(folder)
    return SERVICE.load(folder, manifest), folder, manifest
