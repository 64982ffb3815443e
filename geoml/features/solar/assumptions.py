"""What every number about a roof's sun rests on, in one frozen table that is printed beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

from geoml.errors import InvalidArgument
from geoml.types import Text

PVWATTS = "Dobos 2014, PVWatts Version 5 Manual, doi:10.2172/1158421, table 6"
CHOICE = "a choice of geoml, not a measurement"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Lengths in metres, areas in m2, angles in degrees, shares 0 to 1, sigmas relative.

    ``replace(assumptions, setback_m=0.8)`` gives another set; ``as_dict`` says what each one is, in
    French and English, with its unit and source. Raises InvalidArgument for what cannot be.
    """

    setback_m: float = 0.5
    minimum_facet_m2: float = 10.0
    least_sun: float = 0.70
    flat_below_deg: float = 5.0
    packing_pitched: float = 0.80
    packing_flat: float = 0.60
    module_efficiency: float = 0.20
    prior_tilt_deg: float = 45.0
    shading_typical: float = 0.05
    shading_most: float = 0.20
    unknown_shape: float = 0.40
    shadow_reach_m: float = 100.0
    soiling: float = 0.02
    mismatch: float = 0.02
    wiring: float = 0.02
    connections: float = 0.005
    light_induced: float = 0.015
    nameplate: float = 0.01
    downtime: float = 0.03
    inverter: float = 0.04
    heat: float = 0.05
    reflection: float = 0.03
    sigma_planes: float = 0.03
    sigma_shading: float = 0.02
    sigma_performance: float = 0.06
    sigma_area: float = 0.10

    def __post_init__(self) -> None:
        """Refuse a negative, infinite or impossible assumption."""
        for name in self.__slots__:
            value = getattr(self, name)
            limit = math.inf if name.endswith(("_m", "_m2")) else 90 if name.endswith("_deg") else 1
            if not 0 <= value <= limit or value == math.inf:
                raise InvalidArgument(
                    f"not an assumption about {name}", expected=f"0 to {limit:g}", got=f"{value}"
                )

    @property
    def performance_ratio(self) -> float:
        """Share of the sun's energy, at the modules' rated efficiency, that reaches the meter.

        The product of 1 - loss over the ten losses, about 0.78 as they stand; it is that of the
        first year, without ageing.
        """
        return float(math.prod(1 - getattr(self, name) for name in LOSSES))

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """Name -> value, unit, fr, en, source; the performance ratio that follows comes last."""
        told = {
            item.name: {"value": getattr(self, item.name), "unit": unit}
            | text.as_dict()
            | {"source": source}
            for item in fields(self)
            for unit, text, source in [MEANING[item.name]]
        }
        ratio = Text(fr="Rendement global de l'installation", en="Performance ratio of the system")
        told["performance_ratio"] = {
            "value": round(self.performance_ratio, 4),
            "unit": "1",
            **ratio.as_dict(),
            "source": "product of 1 - loss over the losses above",
        }
        return told


LOSSES = (
    *("soiling", "mismatch", "wiring", "connections", "light_induced", "nameplate", "downtime"),
    *("inverter", "heat", "reflection"),
)

MEANING: dict[str, tuple[str, Text, str]] = {
    "setback_m": (
        "m",
        Text(fr="Bande laissée libre le long des bords", en="Strip left free along every edge"),
        CHOICE,
    ),
    "minimum_facet_m2": (
        "m2",
        Text(fr="Plus petit pan équipé", en="Smallest roof face that is fitted"),
        CHOICE,
    ),
    "least_sun": (
        "1",
        Text(
            fr="Un pan est équipé s'il reçoit cette part du soleil du meilleur plan",
            en="A face is fitted if it gets this share of the sun of the best plane",
        ),
        CHOICE,
    ),
    "flat_below_deg": (
        "degree",
        Text(fr="Toit plat en dessous de cette pente", en="A roof is flat below this slope"),
        CHOICE,
    ),
    "packing_pitched": (
        "1",
        Text(
            fr="Part d'un pan incliné que les modules couvrent",
            en="Share of a sloping face that modules cover",
        ),
        CHOICE,
    ),
    "packing_flat": (
        "1",
        Text(
            fr="Part d'un toit plat que les modules couvrent, passages compris",
            en="Share of a flat roof that modules cover, walkways allowed for",
        ),
        CHOICE,
    ),
    "module_efficiency": (
        "1",
        Text(
            fr="Rendement des modules : 0,20 kWc par m2",
            en="Efficiency of the modules: 0.20 kWp per m2",
        ),
        CHOICE,
    ),
    "prior_tilt_deg": (
        "degree",
        Text(
            fr="Pente inconnue : de 0 à cette valeur, toutes également probables",
            en="Unknown slope: from 0 to this, all equally likely",
        ),
        CHOICE,
    ),
    "shading_typical": (
        "1",
        Text(fr="Ombre inconnue : part perdue typique", en="Unknown shade: typical share lost"),
        CHOICE,
    ),
    "shading_most": (
        "1",
        Text(
            fr="Ombre inconnue : part perdue dans un cas défavorable",
            en="Unknown shade: share lost in a bad case",
        ),
        CHOICE,
    ),
    "unknown_shape": (
        "1",
        Text(
            fr="Forme inconnue : part de la surface au sol que les modules couvrent",
            en="Unknown shape: share of the ground area that modules cover",
        ),
        "IEA PVPS Task 7, 2002, Potential for building integrated photovoltaics, report T7-4",
    ),
    "shadow_reach_m": (
        "m",
        Text(
            fr="Distance jusqu'où l'on cherche ce qui fait de l'ombre",
            en="Distance within which shade is looked for",
        ),
        CHOICE,
    ),
    "soiling": ("1", Text(fr="Pertes : salissure", en="Losses: dirt"), PVWATTS),
    "mismatch": (
        "1",
        Text(fr="Pertes : modules inégaux", en="Losses: unequal modules"),
        PVWATTS,
    ),
    "wiring": ("1", Text(fr="Pertes : câbles", en="Losses: cables"), PVWATTS),
    "connections": ("1", Text(fr="Pertes : connexions", en="Losses: connections"), PVWATTS),
    "light_induced": (
        "1",
        Text(fr="Pertes : premières heures de lumière", en="Losses: first hours of light"),
        PVWATTS,
    ),
    "nameplate": (
        "1",
        Text(fr="Pertes : puissance réelle des modules", en="Losses: true power of the modules"),
        PVWATTS,
    ),
    "downtime": ("1", Text(fr="Pertes : arrêts", en="Losses: standstill"), PVWATTS),
    "inverter": (
        "1",
        Text(fr="Pertes : onduleur", en="Losses: inverter"),
        "Dobos 2014, PVWatts Version 5 Manual, doi:10.2172/1158421, default efficiency 96 %",
    ),
    "heat": ("1", Text(fr="Pertes : modules chauds", en="Losses: warm modules"), CHOICE),
    "reflection": (
        "1",
        Text(fr="Pertes : reflets sur le verre", en="Losses: light reflected by the glass"),
        CHOICE,
    ),
    "sigma_planes": (
        "1",
        Text(
            fr="Incertitude du calcul sur un plan incliné",
            en="Uncertainty of the sum on a tilted plane",
        ),
        CHOICE,
    ),
    "sigma_shading": (
        "1",
        Text(fr="Incertitude d'une ombre calculée", en="Uncertainty of a computed shade"),
        CHOICE,
    ),
    "sigma_performance": (
        "1",
        Text(
            fr="Incertitude du rendement de l'installation",
            en="Uncertainty of the performance ratio",
        ),
        CHOICE,
    ),
    "sigma_area": (
        "1",
        Text(fr="Incertitude de la surface équipée", en="Uncertainty of the area fitted"),
        CHOICE,
    ),
}
"""Unit, words and source of each assumption."""
