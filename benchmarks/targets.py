"""What was asked for, beside what was measured: the first table of ``RESULTS.md``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple


class Target(NamedTuple):
    """A number in the results by its path, and its bound; ``most`` where less is better."""

    what: str
    path: tuple[str, ...]
    bound: float
    most: bool = False

    def met(self, value: float) -> bool:
        """Whether a value is within the bound."""
        return value <= self.bound if self.most else value >= self.bound


_ONE = ("features_api", "one connection")
_FLOW = ("flow", "10000 x 10000 cells", "geoml")
TARGETS = (
    Target("water distance beside scipy's", ("distance", "smallest_ratio"), 2),
    Target("water over 10,000 x 10,000 cells, s", (*_FLOW, "clock_s"), 240, True),
    Target("water over 10,000 x 10,000 cells, peak GB", (*_FLOW, "peak_gb"), 8, True),
    *(
        Target(f"{what}: tiles/s beside a default TiTiler, {n} at once", path, bound)
        for what, bound in (
            ("finished", 50),
            ("imagery", 20),
            ("values in Lambert-93", 3),
            ("points", 3),
            ("statistics", 3),
        )
        for n in (1, 8)
        for path in [("tiles", "ratios", what, f"ratio_{n}")]
    ),
    Target("resident memory over all tiles, growth in %", ("tiles", "rss_growth_percent"), 5, True),
    Target("features/s beside pygeoapi", (*_ONE, "times_pygeoapi", "features_per_s"), 10),
    Target("features/s beside tipg", (*_ONE, "times_tipg", "features_per_s"), 30),
    Target("page 90 costs, in pages 1", ("features_api", "page_90_in_pages_1"), 1.5, True),
    Target("box with exact count, p99 in ms", (*_ONE, "geoml", "bbox_p99_ms"), 5, True),
    *(
        Target(f"vector tiles/s, {n}", ("features_api", "vector tiles", n, "per_s"), 2_000)
        for n in ("1 connection", "8 connections")
    ),
    *(
        Target(
            f"ortho to probability, times eager torch, {engine}",
            ("segmentation", "ratios", f"{engine}: times torch"),
            bound,
        )
        for engine, bound in (("geoml f32", 2), ("geoml bf16", 5))
    ),
    Target("20,000 x 20,000 px ortho, peak GB", ("segmentation", "large_peak_gb"), 2, True),
)


def rows(results: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """What, bound, value and whether it is met; a value that nobody measured is told as such."""
    for one in TARGETS:
        value: Any = results
        for key in one.path:
            value = value.get(key) if isinstance(value, Mapping) else None
        bound = f"{'at most' if one.most else 'at least'} {one.bound:,g}"
        if value is None:
            yield one.what, bound, "not measured", ""
        else:
            yield one.what, bound, f"{value:,.4g}", "yes" if one.met(value) else "**no**"
