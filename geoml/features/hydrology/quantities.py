"""What the terrain says about water, as quantities of the feature stack."""

from __future__ import annotations

from functools import partial

from geoml.features.hydrology.routing import MAX_CELLS
from geoml.features.hydrology.together import together
from geoml.features.quantity import Family, Quantity, Surroundings
from geoml.raster.grid import Grid, Window
from geoml.types import Array, Features, Text

HYDROLOGY = Family("hydrology", together, MAX_CELLS)


def alone(layers: Features, grid: Grid, name: str) -> Array:
    """One member of the family from arrays, without surroundings."""
    found: dict[str, Array] = {}

    def read(key: str, window: Window) -> Array:
        return layers[key][window.slices]

    together(Surroundings(grid, grid.whole(), read), layers, (name,), found.__setitem__)
    return found[name]


def _member(
    name: str, fr: str, en: str, unit: str, valid: tuple[float, float], source: str
) -> Quantity:
    return Quantity(
        name,
        Text(fr=fr, en=en),
        unit=unit,
        valid=valid,
        needs=("dem",),
        optional=("water",),
        compute=partial(alone, name=name),
        source=source,
        family=HYDROLOGY,
    )


QUANTITIES = (
    _member(
        "hand",
        "Hauteur au-dessus du cours d'eau",
        "Height above the nearest stream",
        "m",
        (0, 5_000),
        "doi:10.1016/j.jhydrol.2011.03.051",
    ),
    _member(
        "gfi",
        "Indice géomorphologique d'inondation",
        "Geomorphic flood index",
        "1",
        (-20, 20),
        "doi:10.1016/j.advwatres.2017.01.007",
    ),
    _member(
        "water_depth",
        "Hauteur d'eau possible en crue",
        "Possible depth of a river flood",
        "m",
        (0, 100),
        "doi:10.1111/jfr3.12541",
    ),
    _member(
        "upstream_area",
        "Surface drainée vers ce point",
        "Area that drains through here",
        "km2",
        (0, 1e7),
        "doi:10.1016/S0734-189X(84)80011-0",
    ),
    _member(
        "river_distance",
        "Distance au cours d'eau",
        "Distance to the nearest stream",
        "m",
        (0, 50_000),
        "doi:10.4086/toc.2012.v008a019",
    ),
    _member(
        "flow_distance",
        "Chemin de l'eau jusqu'au cours d'eau",
        "Way of the water to the stream",
        "m",
        (0, 500_000),
        "doi:10.1016/j.jhydrol.2011.03.051",
    ),
    _member(
        "sink_depth",
        "Profondeur de la cuvette",
        "Depth of the hollow",
        "m",
        (0, 500),
        "doi:10.1080/13658810500433453",
    ),
    _member(
        "twi",
        "Indice d'humidité du relief",
        "Topographic wetness index",
        "1",
        (-10, 40),
        "doi:10.1080/02626667909491834",
    ),
    _member("catchment", "Sous-bassin versant", "Sub-basin", "1", (1, 2**24), ""),
)
