"""What a label of a flood teaches: a calibrated probability of water, beside the baseline.

River and rain are learned apart, each from its own inputs, so that an action on the ground never
changes the river's part. A label seldom says where its water came from: a part is how likely the
label's water is as far as that part's inputs tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geoml.contract import Samples, Service
from geoml.learning.probability import model as probability
from geoml.learning.probability.candidates import Frozen

from .anchors import FROZEN
from .index import FLUVIAL, PLUVIAL, FloodIndex

PARTS: Mapping[str, tuple[str, ...]] = {
    FLUVIAL: (
        "hand",
        "gfi",
        "river_distance",
        "elevation",
        "upstream_area",
        "flow_distance",
        "water_depth",
    ),
    PLUVIAL: ("sink_depth", "runoff_50mm", "twi", "slope", "curve_number", "imperviousness"),
}

_KEPT = ("features_used", "frozen", "score_kind", "interval_level", "warnings")


def learn(
    service: Service,
    samples: Samples,
    folder: Path,
    keep: Callable[[Path], Mapping[str, Any]],
    *,
    meta: Mapping[str, Any],
    seed: int,
    holdout_share: float,
) -> dict[str, Any]:
    """Learn, and serve what was learned where it beats both rules; else ``keep`` the baseline.

    ``keep(folder)`` writes the baseline and returns its manifest. Raises NotEnoughData, with an
    empty folder, where the label is too small to learn from.
    """
    index = FloodIndex(service, {}, FROZEN)

    def write(where: Path) -> dict[str, Any]:
        manifest = keep(where)
        return {name: manifest[name] for name in _KEPT}

    frozen = Frozen(lambda given: index.predict(given, explain=False).target, write)
    return probability.train(
        service,
        samples,
        folder,
        meta=meta,
        seed=seed,
        holdout_share=holdout_share,
        frozen=frozen,
        parts=PARTS,
    )


def load(
    service: Service, folder: Path, manifest: Mapping[str, Any]
) -> probability.ProbabilityModel:
    """Open a learned model; raises CorruptFile."""
    return probability.load(service, folder, manifest)
