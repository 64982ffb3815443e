"""Where the licences of the sources can be read.

RFC 4946; OGC 17-069r4, /rec/core/fc-md-license.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from geoml.api.ogc.links import link
from geoml.api.ogc.media import HTML, JSON

SPDX = frozenset(
    {"CC0-1.0", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0",
     "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "etalab-2.0", "OGL-UK-3.0", "DL-DE-BY-2.0",
     "DL-DE-ZERO-2.0", "NLOD-2.0", "OGDL-Taiwan-1.0", "OGL-Canada-2.0"}
)  # fmt: skip
"""Licences of open data that have a page of their own at SPDX (https://spdx.org/licenses/)."""


def links(licences: Iterable[str], manifest: str) -> list[dict[str, Any]]:
    """One link for each licence of SPDX; one to ``manifest``, which names all, for any other.

    Without any licence there is no link: nobody knows what may be done.
    """
    told = list(licences)
    found = [
        link("license", f"https://spdx.org/licenses/{one}.html", HTML, one, "en")
        for one in told
        if one in SPDX
    ]
    if len(found) < len(told):
        others = ", ".join(one for one in told if one not in SPDX)
        found.append(link("license", manifest, JSON, others[:200]))
    return found
