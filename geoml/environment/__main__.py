"""``python -m geoml.environment``: the check where not even the command can start."""

from __future__ import annotations

import sys

from geoml.environment.survey import survey
from geoml.environment.telling import told, waiting


def main() -> int:
    """Print the table; 4 when something is missing."""
    with waiting() as progress:
        findings = survey(progress)
    sys.stdout.write(told(findings) + "\n")
    return 4 if any(one.failed for one in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
