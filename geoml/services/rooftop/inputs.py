"""What is asked of a roof: where it stands, how it lies, how much of its sun is lost."""

from __future__ import annotations

from geoml.contract import Doubt, Feature
from geoml.types import Text

LATITUDE, TILT, AZIMUTH, SHADING = "latitude", "tilt", "azimuth", "shading"
NAMES = (LATITUDE, TILT, AZIMUTH, SHADING)

FEATURES = (
    Feature(
        LATITUDE,
        Text(fr="Latitude", en="Latitude"),
        unit="degree",
        valid=(-66, 66),
    ),
    Feature(
        TILT,
        Text(fr="Pente du toit", en="Slope of the roof"),
        unit="degree",
        valid=(0, 90),
    ),
    Feature(
        AZIMUTH,
        Text(
            fr="Orientation du toit (0 : nord, 90 : est, 180 : sud)",
            en="Way the roof faces (0: north, 90: east, 180: south)",
        ),
        unit="degree",
        valid=(0, 360),
    ),
    Feature(
        SHADING,
        Text(fr="Part du soleil perdue à l'ombre", en="Share of the sun lost to shade"),
        unit="1",
        valid=(0, 1),
        monotone="down",
    ),
)

DOUBTS = (
    Doubt(
        "orientation_unknown",
        (TILT, AZIMUTH),
        Text(
            fr="La pente et l'orientation ne sont pas connues : l'intervalle va du toit le moins "
            "bien tourné au mieux tourné.",
            en="Slope and orientation are not known: the interval goes from the roof that faces "
            "worst to the one that faces best.",
        ),
    ),
    Doubt(
        "shading_unknown",
        (SHADING,),
        Text(
            fr="L'ombre des voisins et des arbres n'est pas connue : une perte courante est "
            "supposée, et l'intervalle est plus large.",
            en="Shade from neighbours and trees is not known: a common loss is assumed, and the "
            "interval is wider.",
        ),
    ),
)
