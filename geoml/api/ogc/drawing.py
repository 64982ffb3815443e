"""A little drawing of features as SVG: enough to see where one is, with no map from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from geoml.api.ogc.markup import Html, join, tag

_SIZE = 640.0
_MOST = 1000


def sketch(features: Sequence[Mapping[str, Any]], label: str) -> Html:
    """The outlines of GeoJSON features in one frame; empty where none has a polygon."""
    shapes = [list(_rings(one["geometry"])) for one in features[:_MOST]]
    points = [point for rings in shapes for ring in rings for point in ring]
    if not points:
        return Html("")
    west, north = min(x for x, _ in points), max(y for _, y in points)
    wide, high = max(x for x, _ in points) - west, north - min(y for _, y in points)
    narrow = max(0.01, math.cos(math.radians(max(-89.0, min(89.0, north)))))
    scale = _SIZE / max(wide * narrow, high, 1e-9)

    def path(rings: list[Any]) -> Html:
        told = "".join(
            "M"
            + "L".join(
                f"{(x - west) * narrow * scale:.1f} {(north - y) * scale:.1f}" for x, y in ring
            )
            + "Z"
            for ring in rings
        )
        return tag("path", d=told)

    box = f"-4 -4 {wide * narrow * scale + 8:.0f} {high * scale + 8:.0f}"
    drawn = join(*(path(rings) for rings in shapes if rings))
    return tag("svg", drawn, viewBox=box, role="img", aria_label=label, class_="sketch")


def _rings(geometry: Mapping[str, Any] | None) -> Iterator[list[tuple[float, float]]]:
    """Exterior rings of a polygon or of many."""
    if geometry is None:
        return
    coordinates = geometry.get("coordinates") or []
    many = {"Polygon": [coordinates], "MultiPolygon": coordinates}
    for exterior, *_ in many.get(geometry["type"], []):
        yield [(point[0], point[1]) for point in exterior]
