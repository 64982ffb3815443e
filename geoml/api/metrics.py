"""What the server counts, and how Prometheus reads it: plain integers until somebody asks.

Text exposition format: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, TypeAlias

from geoml import __version__

if TYPE_CHECKING:
    from prometheus_client.core import Metric

BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper ends of the classes of answering times."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Numbers: TypeAlias = Mapping[tuple[str, ...], float]
"""Values of the labels -> number."""


@dataclass(slots=True)
class Tally:
    """What is known of one kind of request: how many took how long, and what was sent."""

    times: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    seconds: float = 0.0
    sent_bytes: int = 0


@dataclass(slots=True)
class Meter:
    """Counts answers; written by the event loop alone, so that nothing is locked.

    ``kind`` is the door of a request: a name of a small fixed set, never what a client sent.
    """

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    tallies: dict[str, Tally] = field(default_factory=dict)
    in_flight: int = 0

    def count(self, kind: str, status: int, seconds: float, sent: int) -> None:
        """One answer that was sent."""
        self.answers[kind, status] += 1
        tally = self.tallies.get(kind)
        if tally is None:
            tally = self.tallies[kind] = Tally()
        tally.times[bisect_left(BUCKETS_S, seconds)] += 1
        tally.seconds += seconds
        tally.sent_bytes += sent


@dataclass(frozen=True, slots=True)
class Source:
    """A family of numbers that somebody else counts, read when Prometheus asks."""

    name: str
    about: str
    labels: tuple[str, ...]
    read: Callable[[], Numbers]
    kind: Literal["counter", "gauge"] = "counter"


class Exposition:
    """All numbers of one process as Prometheus text."""

    def __init__(self, meter: Meter, sources: tuple[Source, ...] = ()) -> None:
        self._meter, self._sources = meter, sources

    def text(self) -> bytes:
        """The numbers of this moment, in Prometheus' text format."""
        from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        ProcessCollector(registry=registry)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        """As prometheus_client asks its collectors."""
        from prometheus_client.core import InfoMetricFamily

        yield InfoMetricFamily(
            "geoml", "The program.", {"version": __version__, "process": str(os.getpid())}
        )
        yield from map(_family, (*_sources(self._meter), *self._sources))
        yield self._times()

    def _times(self) -> Metric:
        from prometheus_client.core import HistogramMetricFamily

        name, about = "geoml_request_seconds", "Answering time."
        family = HistogramMetricFamily(name, about, labels=["kind"])
        for kind, tally in [*self._meter.tallies.items()]:
            ends = (*map(str, BUCKETS_S), "+Inf")
            totals = map(float, accumulate(tally.times))
            family.add_metric([kind], list(zip(ends, totals, strict=True)), tally.seconds)
        return family


def _sources(meter: Meter) -> tuple[Source, ...]:
    # Copies are made in one step: the event loop goes on counting meanwhile.
    answers: Numbers = {(kind, str(status)): n for (kind, status), n in [*meter.answers.items()]}
    sent: Numbers = {(kind,): tally.sent_bytes for kind, tally in [*meter.tallies.items()]}
    now: Numbers = {(): meter.in_flight}
    return (
        Source("geoml_requests", "Answers sent.", ("kind", "status"), lambda: answers),
        Source("geoml_sent_bytes", "Bytes of bodies sent.", ("kind",), lambda: sent),
        Source("geoml_requests_in_flight", "Being answered.", (), lambda: now, "gauge"),
    )


def _family(source: Source) -> Metric:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    known = CounterMetricFamily if source.kind == "counter" else GaugeMetricFamily
    family = known(source.name, source.about, labels=source.labels)
    for labels, value in source.read().items():
        family.add_metric(labels, value)
    return family
