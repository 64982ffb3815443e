"""``geoml services``."""

from __future__ import annotations

from geoml.cli.output import AsJson, emit, say, table


def command(as_json: AsJson = False) -> None:
    """List the services and what they need; a folder that cannot be loaded is told on stderr."""
    from geoml import catalog

    for error in catalog.broken().values():
        say(f"error: {error}")
    found = [catalog.get(name) for name in catalog.names()]
    rows = [(one.name, one.title.en, ", ".join(f.name for f in one.features)) for one in found]
    listed = [
        {
            "name": one.name,
            "title": one.title.as_dict(),
            "features": [feature.name for feature in one.features],
            "needs_one_of": [list(group) for group in one.needs_one_of],
        }
        for one in found
    ]
    emit(listed, as_json, table(rows, ("service", "title", "features")))
