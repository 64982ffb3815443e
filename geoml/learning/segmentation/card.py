"""The card of a segmentation model: what it is good for, where it was judged, where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geoml.contract import Service

_SHOWN = ("IoU", "precision", "recall", "edge IoU", "area bias")


def card(service: Service, manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    """Markdown in English; every number in it comes from the manifest or from ``metrics.json``."""
    parts = [
        f"# {service.title.en}: {service.name}@{manifest['version']}",
        service.summary.en,
        f"**It is not:** {service.is_not.en}",
        *_made_up(manifest),
        "## What it looks at",
        _looks(manifest, metrics),
        "## Learned from",
        _sources(manifest, metrics),
        "## How good it is where it did not learn",
        _judged(manifest, metrics),
        "## Limits",
        _limits(manifest),
    ]
    return "\n\n".join(parts) + "\n"


def _made_up(manifest: Mapping[str, Any]) -> list[str]:
    if not manifest["synthetic"]:
        return []
    return ["**Synthetic: it learned from drawings alone, and may fail on any photograph.**"]


def _looks(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    told, net = manifest["segmentation"], manifest["architecture"]
    low, high = told["gsd_range_m"]
    reach, parity = metrics["reach_px"], metrics["parity"]["max_difference"]
    lines = {
        "Pictures": f"red, green and blue from above, {low:g} to {high:g} m per pixel",
        "Works at": f"{told['gsd_m']:g} m per pixel",
        "Network": f"U-Net, encoder {net['encoder']}, depth {net['depth']}",
        "Sees": f"{reach['theory']} pixels to each side, of which {reach['effective']} hold "
        "all but 0.1 % of what decides",
        "Export": f"ONNX, within {parity:.1g} of PyTorch",
        "Encoder began": metrics["begun"] or "not told",
    }
    return _list(lines)


def _sources(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    lines = {
        "Places": ", ".join(manifest["learned_from"]),
        "Steps": f"{metrics['steps']:,}, of {len(metrics['history'])} epochs number "
        f"{metrics['best_epoch']} was kept",
    }
    return "\n".join([_list(lines), *(f"- {one}" for one in manifest["attribution"])])


def _judged(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> str:
    if not metrics["table"]:
        return "Nowhere: nothing was kept out."
    rows = [
        f"| {line['candidate']} | {_how(line['candidate'], manifest)} | "
        f"{_number(line['iou'])} | {_number(line['precision'])} | {_number(line['recall'])} | "
        f"{_number(line['boundary_iou'])} | {_number(line['area_bias_pct'], 1)} % |"
        for line in metrics["table"]
    ]
    head = f"| place | what was kept out | {' | '.join(_SHOWN)} |"
    rule = "|---|---|---:|---:|---:|---:|---:|"
    notes = (
        "By the exported file, on the pictures' own pixels. IoU is the share that both agree on of "
        "what either calls so; edge IoU the same within 1 m of an outline."
    )
    return "\n".join([head, rule, *rows, "", notes, "", manifest["champion_reason"]["en"]])


def _how(place: str, manifest: Mapping[str, Any]) -> str:
    part = place in manifest["learned_from"]
    return "a strip across it, or whole groups of pictures" if part else "the whole place"


def _limits(manifest: Mapping[str, Any]) -> str:
    low, high = manifest["segmentation"]["gsd_range_m"]
    lines = [
        f"- Pictures coarser than {high:g} m per pixel are refused; finer ones than {low:g} m are "
        "averaged.",
        "- Slanting pictures show walls, which it may take for what it looks for.",
        "- What trees hide is not found.",
        *(f"- {one['en']}" for one in manifest["warnings"]),
    ]
    return "\n".join(lines)


def _list(lines: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {text}" for name, text in lines.items())


def _number(value: float | None, digits: int = 3) -> str:
    return "unknown" if value is None else f"{value:.{digits}f}"
