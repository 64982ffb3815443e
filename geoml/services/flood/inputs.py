"""What the service may know of a place; every input is optional beyond ``needs_one_of``."""

from __future__ import annotations

from geoml.contract import Feature
from geoml.types import Text

FEATURES = (
    Feature(
        "hand",
        Text(fr="Hauteur au-dessus du cours d'eau", en="Height above the nearest watercourse"),
        unit="m",
        valid=(0, 5000),
        monotone="down",
    ),
    Feature(
        "gfi",
        Text(fr="Indice géomorphologique d'inondation", en="Geomorphic flood index"),
        unit="1",
        valid=(-20, 20),
        monotone="up",
    ),
    Feature(
        "river_distance",
        Text(fr="Distance au cours d'eau", en="Distance to the watercourse"),
        unit="m",
        valid=(0, 50_000),
        monotone="down",
    ),
    Feature(
        "elevation",
        Text(fr="Altitude", en="Elevation"),
        unit="m",
        valid=(-450, 9000),
        monotone="down",
    ),
    Feature(
        "sink_depth",
        Text(fr="Profondeur du creux", en="Depth of the hollow"),
        unit="m",
        valid=(0, 500),
        monotone="up",
    ),
    Feature(
        "runoff_50mm",
        Text(fr="Ruissellement d'un orage de 50 mm", en="Runoff of a 50 mm storm"),
        unit="mm",
        valid=(0, 50),
        monotone="up",
    ),
    Feature(
        "twi",
        Text(fr="Indice d'humidité du terrain", en="Topographic wetness index"),
        unit="1",
        valid=(-10, 40),
        monotone="up",
    ),
    Feature("slope", Text(fr="Pente", en="Slope"), unit="degree", valid=(0, 90), monotone="down"),
    Feature(
        "curve_number",
        Text(fr="Aptitude au ruissellement (CN)", en="Curve number (tendency to run off)"),
        unit="1",
        valid=(0, 100),
        monotone="up",
    ),
    Feature(
        "imperviousness",
        Text(fr="Imperméabilisation", en="Imperviousness"),
        unit="1",
        valid=(0, 1),
        monotone="up",
    ),
    Feature(
        "upstream_area",
        Text(fr="Bassin versant au-dessus du lieu", en="Area drained from upstream"),
        unit="km2",
        valid=(0, 1e7),
        monotone="up",
    ),
    Feature(
        "flow_distance",
        Text(fr="Distance au cours d'eau par écoulement", en="Distance to the watercourse by flow"),
        unit="m",
        valid=(0, 500_000),
        monotone="down",
    ),
    Feature(
        "water_depth",
        Text(fr="Hauteur d'eau indicative", en="Indicative depth of water"),
        unit="m",
        valid=(0, 100),
        monotone="up",
    ),
)
