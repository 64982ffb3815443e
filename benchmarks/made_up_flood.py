"""A learned flood model on generated towns: what validation can and cannot say about it.

The water was routed by ``geoml.areas.demo.flood`` over the very relief that the inputs come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks import towns
from benchmarks.page import number, table, text
from geoml.learning.probability.skill import best_threshold
from geoml.learning.probability.validation import Tried
from geoml.learning.samples import Samples
from geoml.paths import Home
from geoml.types import Array, Mask

LABEL = "flood_depth"
HERE, ELSEWHERE = "town", "town-grown-anew"
OTHER_SEED = 7
COLUMNS = {
    "csi": "CSI",
    "pod": "hit rate",
    "far": "false-alarm ratio",
    "auc": "AUC",
    "pr_auc": "PR-AUC",
    "brier": "Brier",
    "base_rate": "flooded",
}
SCHEMES = ("block", "catchment", "random")


def section() -> list[str]:
    """Train on one generated town; ask what was learned there in another one."""
    with towns.empty_home() as home:
        towns.generated(home, HERE, LABEL)
        towns.generated(home, ELSEWHERE, LABEL, OTHER_SEED)
        one = towns.learned(home, LABEL, HERE)
        return [
            *_unproved(),
            "",
            "### One generated town",
            "",
            *_table(one),
            "",
            *_told(one),
            "",
            *_reliability(one),
            "",
            "### A generated town that it never saw",
            "",
            *_transfer(home, one),
        ]


def _unproved() -> list[str]:
    return [
        text(
            """**Nothing on this page proves the flood score.** It needs a terrain model and the
            extent or the depth of a flood that happened there, and no such pair is at hand: Wake
            County has no flood, Jakarta and Veneto have no terrain model here. The index that
            ships was compared with no real flood, and no learned model was either."""
        ),
        "",
        text(
            """What follows is **synthetic**: a storm and a river in spate, routed by a program over
            the relief that the inputs come from, in towns that were drawn by another one. It says
            that learning, validation and calibration work, and nothing about any real town."""
        ),
    ]


def _table(one: towns.Trained) -> list[str]:
    told = one.metrics["validation"]
    rows = [
        [_name(line["candidate"], one), scheme, *_cells(line)]
        for scheme in SCHEMES
        for line in one.lines(scheme).values()
    ]
    return [
        text(
            f"""{told["cells"]:,} cells, {told["ones"]:,} of them flooded. Left out by turns, in
            {told["folds"]} folds: {told["blocks"]} squares of {told["block_m"]:g} m, which the
            flood's own range asks for ({told["range_m"]:g} m); {told["catchments"]} whole
            sub-basins; cells at random, which is optimistic and no headline. Thresholds and
            curves come from the other folds. The Brier score of a threshold is that of its yes or
            no; that of the last row is that of always saying the share that was flooded."""
        ),
        "",
        *table(["", "left out", *COLUMNS.values()], rows),
    ]


def _cells(line: Mapping[str, Any]) -> Iterator[str]:
    return (number(line[name], ".3f") for name in COLUMNS)


def _name(candidate: str, one: towns.Trained) -> str:
    """The candidate in words; a rule with the threshold that all cells would choose."""
    rules = {rule["candidate"]: rule for rule in one.metrics["rules"]}
    if candidate in rules:
        rule = rules[candidate]
        sign = ">=" if rule["way"] == "up" else "<="
        return f"`{rule['feature']}` {sign} {rule['threshold']:.2f}"
    words = {"lightgbm": "**learned**", "frozen": "the index that ships", "base_rate": "always yes"}
    return words[candidate]


def _told(one: towns.Trained) -> list[str]:
    block, fold = one.metrics["worst_block"], one.metrics["worst_fold"]
    verdict = one.ref.manifest()["champion_reason"]["en"]
    return [
        text(f"**Verdict.** {verdict}"),
        "",
        text(_beside_the_rules(one)),
        "",
        text(
            f"""**The worst block** has {block["cells"]} cells around {block["easting_m"]:.0f} E,
            {block["northing_m"]:.0f} N: {block["base_rate"]:.1%} of it was flooded, CSI
            {number(block["csi"])}, hit rate {number(block["pod"])}, false-alarm ratio
            {number(block["far"])}. The worst fold has a CSI of {number(fold["csi"])}."""
        ),
    ]


def _beside_the_rules(one: towns.Trained) -> str:
    """Whether what ships does better here than the best single threshold."""
    block = one.lines("block")
    shipped = float(block["frozen"]["csi"])
    best = max((rule["candidate"] for rule in one.metrics["rules"]), key=lambda r: block[r]["csi"])
    rule = float(block[best]["csi"])
    verb = "does better than" if shipped > rule else "**does worse than**"
    return (
        f"The index that ships {verb} the best single threshold on this flood: CSI {shipped:.3f} "
        f"against {rule:.3f} for {_name(best, one)}, with a threshold that is chosen on the other "
        f"folds for both; AUC {block['frozen']['auc']:.3f} against {block[best]['auc']:.3f}."
    )


def _reliability(one: towns.Trained) -> list[str]:
    found = one.metrics["calibration"]
    rows = [
        [
            f"{line['from']:.1f} to {line['to']:.1f}",
            f"{line['cells']:,}",
            f"{line['predicted']:.3f}",
            f"{line['observed']:.3f}",
        ]
        for line in found["reliability"]
    ]
    return [
        text(
            f"""Of the cells that were given a probability while their block was left out, how many
            were flooded. Expected calibration error {found["ece"]:.3f}; Brier skill over the base
            rate {number(found["brier_skill"])}."""
        ),
        "",
        *table(["said", "cells", "mean said", "came true"], rows),
    ]


def _transfer(home: Home, one: towns.Trained) -> list[str]:
    here, there = (towns.cells(home, one.service, LABEL, place) for place in (HERE, ELSEWHERE))
    truth = there.target > 0.5
    rows = [[name, *_cells(line)] for name, line in _answers(one, here, there, truth)]
    return [
        text(
            f"""The same plan grown from seed {OTHER_SEED}: other hills, brooks and houses, and the
            same storm over them; {len(truth):,} cells. It is answered by the model of the first
            town, and every threshold comes from there."""
        ),
        "",
        *table(["", *COLUMNS.values()], rows),
    ]


def _answers(
    one: towns.Trained, here: Samples, there: Samples, truth: Mask
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and numbers of what the first town learned, chose or needs no town for."""
    given = one.model().predict(there.features, explain=False).target
    yes = given >= one.metrics["threshold"]
    yield "**learned**", Tried(given, yes, given, ()).metrics(truth)
    for rule in one.metrics["rules"]:
        sign = 1.0 if rule["way"] == "up" else -1.0
        score = sign * there.features[rule["feature"]]
        yes = score >= sign * rule["threshold"]
        found = Tried(_known(score), yes, yes.astype(float), ())
        yield _name(rule["candidate"], one), found.metrics(truth)
    shipped = towns.shipped(one.service)
    score, before = (
        _known(shipped.predict(cells.features, explain=False).target) for cells in (there, here)
    )
    yes = score >= best_threshold(before, here.target > 0.5)
    yield "the index that ships", Tried(score, yes, None, ()).metrics(truth)
    rate = np.full(len(truth), float((here.target > 0.5).mean()))
    yield "always yes", Tried(rate, np.ones(len(truth), bool), rate, ()).metrics(truth)


def _known(score: Array) -> Array:
    """What is unknown ranks last, as in the validation of a training."""
    return np.where(np.isfinite(score), score, -np.inf)
