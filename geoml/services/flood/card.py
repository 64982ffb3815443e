"""The card of the baseline: one page in English, every number of it from the anchors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from geoml.contract import Service

from .anchors import Anchors, Term

_LIMITS = (
    "It knows the ground and nothing that people built against water: no dyke, dam, pump or sewer.",
    "It knows no flood from the sea: no tide, storm surge or wave. Low ground on a coast may score "
    "low.",
    "A cellar, an underpass or a culvert is too small for it.",
    "It does not know how often: no return period belongs to any score.",
    "A brook that is wet twice a year is a watercourse too: its bed scores about two thirds of a "
    "river's, whose water would stand deeper.",
    "On a surface model (DSM) roofs and trees stand as hills. Use a terrain model (DTM).",
    "The interval carries the error of a global terrain model; with an airborne one it is too "
    "wide. It does not say how far an index can be from a real flood.",
    "Contributions say what moved the index, not what causes floods.",
)


def card(service: Service, anchors: Anchors, manifest: Mapping[str, Any]) -> str:
    """Markdown; what it is, its anchors, how it did on a label where there was one, its limits."""
    parts = [
        f"# {service.title.en}: the baseline of {service.name}",
        service.summary.en,
        f"**It is not:** {service.is_not.en}",
        "**An index, not a probability.** Nothing was learned: every number below was chosen from "
        "the sources in the method, is frozen, and is the same in every town.",
        "## River overflow",
        _table(anchors.terrain),
        f"Above a slope of {anchors.steep_degree:g} degree the height is off by "
        f"{anchors.steep_error_m:g} m, and so is the depth. GFI moves with that height; its own "
        "error stands where the height is unknown.",
        f"Where none of them is known, these answer, with {anchors.classic_weight:.0%} of the "
        "certainty:",
        _table(anchors.classic),
        "## Runoff and ponding",
        f"For a storm of {anchors.storm_mm:g} mm. Runoff is told by the curve number where it is "
        "not known itself, and the curve number by imperviousness.",
        _table(anchors.rain),
        "## Where the anchors hold",
        _domain(service, anchors),
        *_measured(manifest),
        "## Limits",
        "\n".join(f"- {line}" for line in _LIMITS),
        "Equations, sources and numbered laws: `method.md` of the service.",
    ]
    return "\n\n".join(parts) + "\n"


def _table(terms: Sequence[Term]) -> str:
    rows = [
        "| input | weight | 0 to 1 | where unknown | 90 % error |",
        "|---|---:|---|---|---:|",
    ]
    for one in terms:
        line = ", ".join(f"{x:g} -> {y:g}" for x, y in zip(one.at, one.gives, strict=True))
        rows.append(
            f"| `{one.feature}` | {one.weight:g} | {line} | {one.neutral:g} | {one.error:g} |"
        )
    return "\n".join(rows)


def _domain(service: Service, anchors: Anchors) -> str:
    units = {one.name: one.unit for one in service.features}
    return "\n".join(
        f"- `{name}`: {low:g} to {high:g} {units[name]}".removesuffix(" 1")
        for name, (low, high) in anchors.domain.items()
    )


def _measured(manifest: Mapping[str, Any]) -> list[str]:
    found = manifest["metrics"]
    if not manifest["areas"]:
        return ["No label was at hand to measure it with."]
    if "csi" not in found:  # what it was compared with stands below, with its numbers
        return []
    made_up = " The label is made up: this says that the machinery works." * manifest["synthetic"]
    return [
        "## On the label of " + ", ".join(manifest["areas"]),
        f"{manifest['reference'].get('text', {}).get('en', '')}. Calling a score of 50 and more "
        f"flooded: CSI {_number(found['csi'])}, hit rate {_number(found['pod'])}, false-alarm "
        f"ratio {_number(found['far'])}; {found['base_rate']:.1%} of the ground was flooded."
        + made_up,
    ]


def _number(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.2f}"
