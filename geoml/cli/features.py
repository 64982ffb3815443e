"""``geoml features AREA``."""

from __future__ import annotations

from geoml.cli.output import AsJson, emit, progress, say, table
from geoml.paths import Home


def command(area: str, as_json: AsJson = False) -> None:
    """Compute every feature that the area's sources allow, and that is missing or stale."""
    from geoml.lifecycle.features import refresh

    home = Home.from_environment()
    with progress("features") as show:
        report = refresh(home, area, progress=show)
    say(f"wrote {len(report.computed)} features to {home.features(area)}")
    known = {name: f"{share:.1f} %" for name, share in report.coverage.items()}
    rows = [(name, known[name], "computed") for name in report.computed]
    rows += [(name, known[name], "up to date") for name in report.kept]
    rows += [(name, "", f"needs {', '.join(why)}") for name, why in report.missing.items()]
    rows += [(name, "", "needs a smaller area or coarser cells") for name in report.refused]
    emit(report.as_dict(), as_json, table(rows, ("feature", "known", "state")))
