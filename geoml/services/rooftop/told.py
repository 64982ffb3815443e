"""The columns that every roof has: what it is, how it lies, what panels on it would give."""

from __future__ import annotations

from geoml.contract import Column
from geoml.types import Text

COLUMNS = (
    Column("plan_area_m2", Text(fr="Surface au sol du toit", en="Ground area of the roof"), "m2"),
    Column(
        "usable_area_m2",
        Text(fr="Surface utilisable", en="Usable area"),
        "m2",
        tiled=True,
        summed=True,
    ),
    Column("height_m", Text(fr="Hauteur", en="Height"), "m"),
    Column("facets", Text(fr="Nombre de pans", en="Number of roof faces"), "1"),
    Column("tilt_deg", Text(fr="Pente", en="Slope"), "degree"),
    Column(
        "azimuth_deg",
        Text(
            fr="Orientation (0 : nord, 90 : est, 180 : sud)",
            en="Way it faces (0: north, 90: east, 180: south)",
        ),
        "degree",
    ),
    Column(
        "orientation",
        Text(
            fr="Orientation mesurée, plate ou inconnue",
            en="Orientation: measured, flat or unknown",
        ),
    ),
    Column(
        "irradiation_kwh_m2",
        Text(fr="Soleil d'une année", en="Sun of a year"),
        "kWh/m2",
        tiled=True,
    ),
    Column("irradiation_low", Text(fr="Soleil, borne basse", en="Sun, low end"), "kWh/m2"),
    Column("irradiation_high", Text(fr="Soleil, borne haute", en="Sun, high end"), "kWh/m2"),
    Column("shading_percent", Text(fr="Soleil perdu à l'ombre", en="Sun lost to shade"), "%"),
    Column(
        "kwp",
        Text(fr="Puissance installable", en="Power that fits"),
        "kWp",
        tiled=True,
        summed=True,
    ),
    Column(
        "kwh_yr",
        Text(fr="Électricité par an", en="Electricity a year"),
        "kWh",
        tiled=True,
        summed=True,
    ),
    Column("kwh_yr_low", Text(fr="Électricité, borne basse", en="Electricity, low end"), "kWh"),
    Column("kwh_yr_high", Text(fr="Électricité, borne haute", en="Electricity, high end"), "kWh"),
    Column(
        "kwh_month",
        Text(
            fr="Électricité de janvier à décembre (liste JSON, kWh)",
            en="Electricity from January to December (JSON list, kWh)",
        ),
    ),
)
