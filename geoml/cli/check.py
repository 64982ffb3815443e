"""``geoml check``."""

from __future__ import annotations

from geoml.cli.output import AsJson, emit
from geoml.errors import MissingTool


def command(as_json: AsJson = False) -> None:
    """Look at packages, GDAL, PROJ, device, disk and tools; say what is missing and what to do."""
    from geoml.environment.finding import as_dict
    from geoml.environment.survey import survey
    from geoml.environment.telling import told, waiting

    with waiting() as progress:
        findings = survey(progress)
    report = as_dict(findings)
    emit(report, as_json, told(findings))
    if not report["ok"]:
        raise MissingTool(
            "the environment is not complete",
            got="; ".join(report["failures"])[:300],
            next_step=", then ".join(report["next_steps"][:3]) or "see the table",
        )
