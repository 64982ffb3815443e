"""What ``/metrics`` tells: which numbers of the server Prometheus is given, by what names."""

from __future__ import annotations

from dataclasses import dataclass, field

from geoml import catalog
from geoml.api.accesslog import AccessLog, QueuedLog
from geoml.api.gate import Lanes
from geoml.api.metrics import Exposition, Meter, Numbers, Source
from geoml.api.served import Served


@dataclass(frozen=True, slots=True)
class Counted:
    """Where the parts of one application count."""

    meter: Meter
    lanes: Lanes
    tiles: dict[str, int] = field(default_factory=dict)


def exposition(served: Served, counted: Counted, log: AccessLog) -> Exposition:
    """The numbers of one application."""
    lanes, lane = counted.lanes, ("lane",)
    sources = [
        Source(
            "geoml_map_tiles",
            "What became of map tiles that were asked for: passed_on is drawn or refused.",
            ("outcome",),
            lambda: {(name,): n for name, n in counted.tiles.items()},
        ),
        Source("geoml_work_running", "Requests at work.", lane, lanes.running, "gauge"),
        Source("geoml_work_queued", "Requests waiting.", lane, lanes.queued, "gauge"),
        Source("geoml_work_refused", "Requests answered 503.", lane, lanes.refused),
        Source(
            "geoml_edition_info",
            "The editions that are served.",
            ("service", "area", "edition"),
            lambda: _editions(served),
            "gauge",
        ),
    ]
    if isinstance(log, QueuedLog):
        sources += [
            Source("geoml_log_lost", "Lines not written.", (), lambda: {(): log.lost}),
            Source("geoml_log_queued", "Lines waiting.", (), lambda: {(): log.waiting}, "gauge"),
        ]
    return Exposition(counted.meter, tuple(sources))


def _editions(served: Served) -> Numbers:
    found = (
        served.edition(service, area.id) for area in served.areas() for service in catalog.names()
    )
    return {(one.service, one.area, one.id): 1 for one in found if one is not None}
