"""What PROJ can do here; run in a child process."""

from __future__ import annotations

from pathlib import Path

KNOWN = {  # EPSG code -> longitude, latitude, and the x, y that its definition gives there
    "EPSG:2154": (3.0, 46.5, 700_000.0, 6_600_000.0),
    "EPSG:2975": (57.0, 0.0, 500_000.0, 10_000_000.0),
}
"""Origins of projections: metropolitan France (Lambert-93) and La Reunion (UTM 40 S)."""


def projection() -> dict[str, object]:
    """Version, data folder, network, and the distance in metres from each known answer."""
    import pyproj
    from pyproj.network import is_network_enabled  # type: ignore[attr-defined]
    from pyproj.transformer import Transformer, TransformerGroup

    folder = Path(pyproj.datadir.get_data_dir().split(";")[0])
    misses = {}
    for code, (lon, lat, x, y) in KNOWN.items():
        got = Transformer.from_crs("EPSG:4326", code, always_xy=True).transform(lon, lat)
        misses[code] = max(abs(got[0] - x), abs(got[1] - y))
    return {
        "version": pyproj.proj_version_str,
        "folder": str(folder),
        "database": (folder / "proj.db").is_file(),
        "network": is_network_enabled(),
        "misses_m": misses,
        "best": {c: TransformerGroup("EPSG:4326", c, always_xy=True).best_available for c in KNOWN},
    }
