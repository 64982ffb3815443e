"""The card of a learned probability: one page in English, every number from the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geoml.contract import Service
from geoml.learning.card import facts, joined, scheme, share, synthetic

_PARTS = (
    "The label does not say which cause its event had. Each part tells how likely the event is as "
    "far as the inputs of that part show, and the answer is the larger: parts are no shares of "
    "causes."
)
_COLUMNS = {
    "csi": "CSI",
    "pod": "hit rate",
    "far": "false alarms",
    "auc": "AUC",
    "pr_auc": "PR-AUC",
    "brier": "Brier",
}


def card(service: Service, manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Markdown; every number in it comes from the manifest or from ``metrics.json``."""
    learned = metrics["served"] == "lightgbm"
    parts = [
        f"# {service.title.en}: {service.name}@{manifest['version']}",
        service.summary.en,
        f"**It is not:** {service.is_not.en}",
        *synthetic(manifest),
        "## Trained on" if learned else "## Compared on",
        facts(service, manifest, metrics),
        "## How good it is where it did not learn",
        *_skill(manifest, metrics),
        "## Calibration" if learned else "## Calibration of the model that was not good enough",
        _calibration(metrics["calibration"]),
        *(["## Intervals", _intervals(manifest, metrics["intervals"])] if learned else []),
        "## Limits",
        _limits(manifest, learned),
    ]
    return "\n\n".join(parts) + "\n"


def compared(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """What a card says that stands beside something frozen: how all did on this label."""
    return "\n\n".join(["## Against what could be learned here", *_skill(manifest, metrics)])


def _skill(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> list[str]:
    return [
        _intro(metrics),
        _table(metrics),
        _rules(metrics),
        manifest["champion_reason"]["en"],
        _worst(metrics),
        *_holdout(metrics["holdout"]),
    ]


def _intro(metrics: Mapping[str, Any]) -> str:
    v = metrics["validation"]
    apart = f" and over {v['catchments']} whole catchments" if v["catchments"] else ""
    short = (
        " The blocks are short beside the range of the target, so the true skill may be lower."
        if v["blocks_shorter_than_range"]
        else ""
    )
    return (
        f"Cross-validation over {v['blocks']} spatial blocks of {v['block_m']:g} m{apart}, in "
        f"{v['folds']} folds; {v['ones']:,} of {v['cells']:,} cells are ones "
        f"({v['ones'] / v['cells']:.1%}).{short} Each threshold is chosen on the other folds. The "
        "random split is optimistic, because neighbours leak into it: it is not the headline."
    )


def _table(metrics: Mapping[str, Any]) -> str:
    rows = [
        "| model | validation | " + " | ".join(_COLUMNS.values()) + " | base rate |",
        "|---|---|" + "---:|" * (len(_COLUMNS) + 1),
    ]
    for line in metrics["table"]:
        numbers = " | ".join(_number(line[name]) for name in (*_COLUMNS, "base_rate"))
        rows.append(f"| {line['candidate']} | {scheme(line)} | {numbers} |")
    return "\n".join(rows)


def _rules(metrics: Mapping[str, Any]) -> str:
    signs = {"up": ">=", "down": "<="}
    told = (
        f"`{one['candidate']}` says yes where `{one['feature']}` {signs[one['way']]} "
        f"{one['threshold']:.4g}"
        for one in metrics["rules"]
    )
    return (
        "; ".join(told)
        + " (thresholds over all cells). The Brier score of a rule is that of its yes or no, 1 or "
        "0; that of `base_rate` is that of always saying the base rate, its CSI that of always yes."
    )


def _worst(metrics: Mapping[str, Any]) -> str:
    fold, block = metrics["worst_fold"], metrics["worst_block"]
    return (
        f"Worst fold: number {fold['fold']}, {fold['blocks']} blocks, {fold['cells']:,} cells, "
        f"CSI {_number(fold['csi'])}. Worst block: area {block['area']}, around "
        f"{block['easting_m']:.0f} E {block['northing_m']:.0f} N, {block['cells']:,} cells, "
        f"CSI {_number(block['csi'])}."
    )


def _holdout(holdout: Mapping[str, Any] | None) -> list[str]:
    if holdout is None:
        return []
    lines = [f"{one['candidate']} {_number(one['csi'])}" for one in holdout["table"]]
    return [
        "## Blocks kept out of everything",
        f"{holdout['blocks']} blocks, {holdout['cells']:,} cells: mean probability "
        f"{_number(holdout['predicted'])}, share of ones {holdout['observed']:.2f}, "
        f"{share(holdout['applicable_share'])} of the cells inside the area of applicability. "
        f"CSI: {'; '.join(lines)}.",
    ]


def _calibration(found: Mapping[str, Any]) -> str:
    rows = ["| said | cells | mean said | came true |", "|---|---:|---:|---:|"]
    rows += [
        f"| {one['from']:.1f} to {one['to']:.1f} | {one['cells']:,} | {one['predicted']:.3f} | "
        f"{one['observed']:.3f} |"
        for one in found["reliability"]
    ]
    return (
        f"Out of fold. Brier skill over always saying the base rate "
        f"{_number(found['brier_skill'])}, expected calibration error {found['ece']:.3f}.\n\n"
    ) + "\n".join(rows)


def _intervals(manifest: Mapping[str, Any], intervals: Sequence[Mapping[str, Any]]) -> str:
    intro = (
        f"Level {manifest['interval_level']:.0%}, conformal by block: among the cells of a new "
        "block that get about this probability, the share of ones lies in the interval. Coverage "
        "is measured on folds that the interval did not see."
    )
    rows = [
        "| known features | coverage, mean | coverage, worst fold | blocks |",
        "|---|---:|---:|---:|",
    ]
    rows += [
        f"| {', '.join(one['pattern'])} | {share(one['coverage_mean'])} | "
        f"{share(one['coverage_worst'])} | {one['blocks']} |"
        for one in intervals
    ]
    classes = ["| probability | interval | blocks |", "|---:|---|---:|"]
    classes += [
        f"| {one['probability']:.2f} | {one['lower']:.2f} to {one['upper']:.2f} | {one['blocks']} |"
        for one in intervals[0]["classes"]
    ]
    names = joined(intervals[0]["pattern"])
    return "\n\n".join([intro, "\n".join(rows), f"With {names} known:", "\n".join(classes)])


def _limits(manifest: Mapping[str, Any], learned: bool) -> str:
    lines = [one["en"] for one in manifest["warnings"]]
    if learned:
        lines += [
            "It answers for places like those it was trained on; elsewhere the applicability "
            "index exceeds 1 and the map is hatched.",
            "Contributions say what the model does, not what causes the event; they are those to "
            "the log-odds, scaled to add up to the probability.",
            "A probability is that of what the label shows (one event, one return period, one "
            "threshold), not of any event in any year.",
        ]
        lines += [_PARTS] * ("parts_from" in manifest)
    else:
        lines.append("The fixed method gives an index from 0 to 1, not a probability.")
    return "\n".join(f"- {line}" for line in lines)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
