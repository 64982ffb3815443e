"""The conformance classes that the routes meet, each with a test; the tests walk this list.

Filters know sums and products too, and no DIV, % and ^: so the class of arithmetic is not claimed.
"""

from __future__ import annotations

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-"
_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
_TMS = "http://www.opengis.net/spec/tms/2.0/conf/"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"

CLASSES: tuple[str, ...] = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    f"{_FEATURES}1/1.0/conf/core",
    f"{_FEATURES}1/1.0/conf/geojson",
    f"{_FEATURES}1/1.0/conf/html",
    f"{_FEATURES}1/1.0/conf/oas30",
    f"{_FEATURES}2/1.0/conf/crs",
    f"{_FEATURES}3/1.0/conf/queryables",
    f"{_FEATURES}3/1.0/conf/queryables-query-parameters",
    f"{_FEATURES}3/1.0/conf/filter",
    f"{_FEATURES}3/1.0/conf/features-filter",
    f"{_CQL2}cql2-text",
    f"{_CQL2}basic-cql2",
    f"{_CQL2}advanced-comparison-operators",
    f"{_CQL2}case-insensitive-comparison",
    f"{_CQL2}basic-spatial-functions",
    f"{_CQL2}basic-spatial-functions-plus",
    *(
        f"{_TILES}{name}"
        for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "png", "mvt", "oas30")
    ),
    f"{_TMS}tilematrixset",
    f"{_TMS}json-tilematrixset",
    f"{_TMS}tilesetmetadata",
    f"{_TMS}json-tilesetmetadata",
    f"{_TMS}tilematrixsetlimits",
    f"{_TMS}json-tilematrixsetlimits",
)
