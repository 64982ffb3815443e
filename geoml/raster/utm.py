"""The UTM zone of a place."""

from __future__ import annotations

SOUTHMOST, NORTHMOST = -80.0, 84.0
"""Where UTM ends; beyond it the map of the web has no tiles either."""


def utm_crs(lon: float, lat: float) -> str | None:
    """The WGS84 UTM zone of a place in degrees as ``EPSG:n``; None beyond 80 S and 84 N.

    Zones follow the exceptions for south-west Norway (32V) and Svalbard (31X to 37X).
    """
    if not SOUTHMOST <= lat <= NORTHMOST:
        return None
    return f"EPSG:{(32600 if lat >= 0 else 32700) + _zone(lon, lat)}"


def _zone(lon: float, lat: float) -> int:
    """Number of the UTM zone, with the exceptions that its authors made for Norway."""
    if 56.0 <= lat < 64.0 and 3.0 <= lon < 12.0:
        return 32
    if lat >= 72.0 and 0.0 <= lon < 42.0:
        return 31 + 2 * int((lon + 3.0) // 12.0)
    return min(int((lon + 180.0) // 6.0) + 1, 60)
