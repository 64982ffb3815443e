"""The model card: one page in English that says what a model is good for, and where it fails.

Mitchell et al. 2019, doi:10.1145/3287560.3287596.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geoml.contract import Service


def card(service: Service, manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Markdown; every number in it comes from the manifest or from ``metrics.json``."""
    parts = [
        f"# {service.title.en}: {service.name}@{manifest['version']}",
        service.summary.en,
        f"**It is not:** {service.is_not.en}",
        *synthetic(manifest),
        "## Trained on",
        facts(service, manifest, metrics),
        "## How good it is where it did not learn",
        _intro(metrics),
        _table(service, metrics),
        manifest["champion_reason"]["en"],
        _worst(service, metrics),
        "## Intervals",
        _intervals(service, manifest, metrics["intervals"]),
        *_holdout(service, metrics["holdout"]),
        "## Limits",
        _limits(manifest),
    ]
    return "\n\n".join(parts) + "\n"


def synthetic(manifest: Mapping[str, Any]) -> list[str]:
    """What to say first where the labels are made up."""
    if not manifest["synthetic"]:
        return []
    return [
        "**Synthetic: the label was computed, not measured, and from much of what the features "
        "come from too. The numbers below show that the machinery works; they say nothing about a "
        "real town.**"
    ]


def facts(service: Service, manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """What was learned from, one fact a line."""
    label, reference = manifest["label"], manifest["reference"]
    lines = {
        "Areas": ", ".join(manifest["areas"]),
        "Label": f"`{label['key']}`, {label['quantity']}",
        "Target": f"`{manifest['target']}`, {service.target.title.en}, in {manifest['unit']}",
        "Reference": _reference(reference),
        "Support": f"{manifest['support_m']:g} m",
        "Cells": f"{metrics['validation']['cells']:,}",
        "Share of the area that is known": _shares(manifest.get("coverage_percent", {})),
        "Features used": joined(manifest["features_used"]),
        "Features available but not used": joined(manifest["features_unused"]),
        "Features missing": joined(manifest["features_missing"]),
        "Code, seed, created": f"{manifest['code_version']}, {manifest['seed']}, "
        f"{manifest['created']}",
    }
    return "\n".join(f"- {name}: {value}" for name, value in lines.items())


def _reference(reference: Mapping[str, Any]) -> str:
    mode = str(reference.get("mode", "none"))
    return f"{mode}: {reference['text']['en']}" if "text" in reference else mode


def _intro(metrics: Mapping[str, Any]) -> str:
    v = metrics["validation"]
    reach = "at least " if v["range_is_lower_bound"] else ""
    short = (
        " The blocks are shorter than that, so the true error may be larger."
        if v["blocks_shorter_than_range"]
        else ""
    )
    return (
        f"Cross-validation over {v['blocks']} spatial blocks of {v['block_m']:g} m in "
        f"{v['folds']} folds; the target is autocorrelated over {reach}{v['range_m']:g} m.{short} "
        "The random split is optimistic, because neighbours leak into it: it is not the headline."
    )


def _table(service: Service, metrics: Mapping[str, Any]) -> str:
    lines, baseline = metrics["table"], metrics["baseline"]
    unit = service.target.unit.lower()
    names = (f"rmse_{unit}", f"mae_{unit}", f"bias_{unit}", "r2")
    rows = [
        "| model | validation | " + " | ".join(names) + " |",
        "|---|---|" + "---:|" * len(names),
    ]
    for line in lines:
        numbers = " | ".join(f"{line[name]:.2f}" for name in names)
        rows.append(f"| {line['candidate']} | {scheme(line)} | {numbers} |")
    through = f"`{baseline['candidate']}`, the baseline, is a straight line through "
    return "\n".join(rows) + f"\n\n{through}{joined(baseline['features'])}."


def scheme(line: Mapping[str, Any]) -> str:
    """How a line of the table was validated, and whether that flatters."""
    return f"{line['scheme']} (optimistic)" if line["optimistic"] else str(line["scheme"])


def _worst(service: Service, metrics: Mapping[str, Any]) -> str:
    fold, block, metric = metrics["worst_fold"], metrics["worst_block"], service.accept.metric
    return (
        f"Worst fold: number {fold['fold']}, {fold['blocks']} blocks, {fold['cells']:,} cells, "
        f"{metric} {fold[metric]:.2f}. Worst block: area {block['area']}, around "
        f"{block['easting_m']:.0f} E {block['northing_m']:.0f} N, {block['cells']:,} cells, "
        f"{metric} {block[metric]:.2f}."
    )


def _intervals(
    service: Service, manifest: Mapping[str, Any], intervals: Sequence[Mapping[str, Any]]
) -> str:
    rows = [
        f"Split conformal by block, level {manifest['interval_level']:.0%}, for the mean of a cell "
        "of the support. Coverage is measured on folds that the half-width did not see.",
        "| known features | half-width | coverage, mean | coverage, worst fold | blocks |\n"
        "|---|---:|---:|---:|---:|",
    ]
    for one in intervals:
        shown = [share(one["coverage_mean"]), share(one["coverage_worst"])]
        rows[1] += (
            f"\n| {', '.join(one['pattern'])} | {one['half_width']:.2f} {service.target.unit} | "
            f"{' | '.join(shown)} | {one['blocks']} |"
        )
    return "\n\n".join(rows)


def _holdout(service: Service, holdout: Mapping[str, Any] | None) -> list[str]:
    if holdout is None:
        return []
    lines = [f"{one['candidate']} {one[service.accept.metric]:.2f}" for one in holdout["table"]]
    return [
        "## Blocks kept out of everything",
        f"{holdout['blocks']} blocks, {holdout['cells']:,} cells: {service.accept.metric} "
        f"{holdout[service.accept.metric]:.2f}, interval coverage {share(holdout['coverage'])}, "
        f"{holdout['applicable_share']:.0%} of the cells inside the area of applicability. "
        f"All candidates, {service.accept.metric}: {'; '.join(lines)}.",
    ]


def _limits(manifest: Mapping[str, Any]) -> str:
    lines = [one["en"] for one in manifest["warnings"]]
    lines += [
        "It answers for places like those it was trained on; elsewhere the applicability index "
        "exceeds 1 and the map is hatched.",
        "Contributions say what the model does, not what causes heat; a correlated input can "
        "take the credit of another.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def _shares(areas: Mapping[str, Mapping[str, float]]) -> str:
    """Of each area, what is known of the label and of each feature."""
    told = (
        f"{area}: " + ", ".join(f"`{name}` {share:g} %" for name, share in known.items())
        for area, known in areas.items()
    )
    return "; ".join(told) or "not counted"


def joined(names: Sequence[str]) -> str:
    """Names in code quotes; ``none`` without any."""
    return ", ".join(f"`{name}`" for name in names) or "none"


def share(value: float | None) -> str:
    """A share in percent; ``unknown`` where it is."""
    return "unknown" if value is None else f"{value:.0%}"
