"""What the measurements of roofs come to: the worst of them, and what they do not say."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks import banepa, dubai
from benchmarks.page import text
from benchmarks.roofs import model
from geoml.learning.segmentation.metrics import Scores, scores

FLOOR = 0.60
"""The IoU that was asked for at a place without labels."""


def section() -> list[str]:
    """Two paragraphs, in numbers of the sections above."""
    rows, _ = banepa.measured()
    strip = {name: scores(name, [counts]) for name, counts in rows.items()}
    net, square = strip[banepa.NET], strip[banepa.SQUARED]
    group, there = dubai.worst_group()
    where, worst = min(
        [
            ("the strip of Banepa", net),
            (f"Dubai, *{group}*, at a pixel size that was assumed", there),
        ],
        key=lambda one: one[1].iou,
    )
    return [
        text(
            f"""Measured on {datetime.now(UTC):%Y-%m-%d} with {model().called}, by ONNX Runtime in
            f32. **The worst case** is {where}: an IoU of {worst.iou:.3f}, so that of all that
            either calls roof, {1 - worst.iou:.0%} is roof for one of them only. {_below(worst)}
            In the strip of a town that the model knows, {square.object_recall:.0%} of the roofs
            are outlined one by one (the others are joined, parted or missed), and the total roof
            area is off by {net.area_bias_pct:+.1f}% before outlines are squared,
            {square.area_bias_pct:+.1f}% after."""
        ),
        "",
        text(
            """**What this is not.** Two towns are no sample of the world: a new one may do better
            than the strip or worse than the worst group. The labels were drawn by hand from the
            pictures and are held for the truth, whatever they miss. Nobody
            measured the sun, the slope or the electricity of any real roof here: slopes are held
            against walls, energy against made-up planes, and the sun is a mean climate of the
            latitude. No area, no count and no kilowatt-hour of this service is a survey; a roof is
            to be looked at before money is spent on it."""
        ),
    ]


def _below(worst: Scores) -> str:
    if worst.iou >= FLOOR:
        return ""
    return f"Below {FLOOR:.2f} what is found of a place is a first look and no register."
