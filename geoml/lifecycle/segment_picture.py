"""What a network finds in one picture that somebody sends, as GeoJSON; nothing is kept of it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoml.contract import Ground, Segmentation, Service
from geoml.errors import MissingCrs
from geoml.lifecycle.picture_place import agreed, check_work, middle, on_earth
from geoml.types import Text

if TYPE_CHECKING:
    import geopandas
    import pandas as pd

    from geoml.learning.segmentation.engine import Engine
    from geoml.learning.segmentation.spec import Spec
    from geoml.raster.picture import Picture

_DEGREES, _PIXELS = 7, 2  # decimals of coordinates
_SCALE_UNKNOWN = Text(
    fr="L'échelle de l'image n'est pas connue : ni surface ni énergie. Ajoutez ?gsd= avec la "
    "taille d'un pixel en mètres.",
    en="The scale of the picture is not known: no areas and no energy. Add ?gsd= with the size of "
    "a pixel in metres.",
)
_PLACE_UNKNOWN = Text(
    fr="Le lieu de l'image n'est pas connu : l'intervalle va de l'équateur à 60° de latitude. "
    "Ajoutez ?lat= avec la latitude en degrés.",
    en="The place of the picture is not known: the interval goes from the equator to 60° of "
    "latitude. Add ?lat= with the latitude in degrees.",
)


def found_in(
    service: Service,
    found: Segmentation,
    engine: Engine,
    spec: Spec,
    picture: Picture,
    *,
    pixel: bool = False,
    gsd_m: float = math.nan,
    latitude: float = math.nan,
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of what is seen in a picture, with the answer for each.

    Coordinates are longitude and latitude (RFC 7946), or with ``pixel`` pixels: x right, y down,
    the origin in the outer corner of the first. ``gsd_m`` (metres per pixel) and ``latitude``
    (degrees) count where the picture does not say where it is; where it does, they must agree with
    it. Without a pixel size areas and answers are null. Properties are
    ``probability`` (0..1), ``area_m2``, ``reg_status``, the score with its ends (0..100), and the
    columns that the service declares.

    Raises MissingCrs for longitude and latitude of a picture without a georeference,
    InvalidArgument for a pixel size or a latitude that contradicts it, OutOfRange for pixels that
    the model cannot work with, OversizedHeader for more of them than one answer may take.
    """
    from geoml.learning.segmentation.infer import predict_chip
    from geoml.vector.outlines import outlines_of

    if not pixel and picture.crs is None:
        raise MissingCrs(
            "the picture does not say where it is",
            expected="a GeoTIFF with a georeference",
            next_step="add ?coordinates=pixel, and ?gsd= with the size of a pixel in metres",
        )
    picture = agreed(picture, gsd_m, latitude)
    side_m = picture.gsd_m or spec.gsd_m
    check_work(spec, picture.known.shape, side_m)
    seen = predict_chip(engine, spec, picture.rgb, side_m, known=picture.known)
    shapes = outlines_of(seen, side_m, threshold=spec.threshold, rules=found.rules())
    lat, lon = middle(picture, latitude)
    answers = found.answers_of(_in_metres(shapes, side_m), Ground(lat, lon))
    told = answers.attrs.get("warnings", ())
    if picture.gsd_m is None:
        answers = answers.assign(**dict.fromkeys(answers.columns, np.nan))
    placed = _rounded(shapes, picture, pixel=pixel)
    return {
        "type": "FeatureCollection",
        "features": list(_features(service, found, shapes, placed, answers, picture.gsd_m)),
        "numberReturned": len(shapes),
        "coordinates": "pixel" if pixel else "lonlat",
        "width": int(picture.rgb.shape[1]),
        "height": int(picture.rgb.shape[0]),
        "gsd": picture.gsd_m,
        "latitude": None if math.isnan(lat) else round(lat, 5),
        "assumptions": dict(found.assumptions()),
        "is_not": service.is_not.as_dict(),
        "warnings": [*_warnings(found, picture, lat), *told],
    }


def _in_metres(shapes: geopandas.GeoDataFrame, gsd_m: float) -> geopandas.GeoDataFrame:
    """The outlines in metres of a plane of their own, y up: areas are those on the ground."""
    scale = np.array([gsd_m, -gsd_m])
    drawn = shapely.transform(shapes.geometry.to_numpy(), lambda xy: xy * scale)
    return shapes.set_geometry(drawn)


def _rounded(shapes: geopandas.GeoDataFrame, picture: Picture, *, pixel: bool) -> Any:  # noqa: ANN401
    """The outlines as they are told, outer rings counter-clockwise."""
    drawn = shapes.geometry.to_numpy()
    if not pixel and picture.crs is not None and picture.transform is not None:
        drawn = on_earth(drawn, picture.crs, picture.transform)
    digits = _PIXELS if pixel else _DEGREES
    snapped = shapely.set_precision(drawn, 10.0**-digits)  # rounded, and valid all the same
    # What a corner was that touches itself now is two bodies; the rest of it is no roof.
    whole = np.array([_largest(one) for one in snapped], dtype=object)
    return shapely.orient_polygons(shapely.transform(whole, lambda xy: xy.round(digits)))


def _largest(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return parts[shapely.area(parts).argmax()] if len(parts) > 1 else shape


def _features(
    service: Service,
    found: Segmentation,
    shapes: geopandas.GeoDataFrame,
    placed: Any,  # noqa: ANN401 - the same shapes, as they are told
    answers: pd.DataFrame,
    gsd_m: float | None,
) -> Iterator[dict[str, Any]]:
    names = (f"{service.name}_score", "lower", "upper")
    scores = answers[[*found.answer]].to_numpy(float)
    for row, geometry in enumerate(shapely.to_geojson(placed)):
        told = {name: answers[name].iloc[row] for name in (one.name for one in found.columns)}
        score = service.score.score(scores[row])
        properties = {
            "probability": shapes["probability"].iloc[row],
            "area_m2": shapes["area_m2"].iloc[row] if gsd_m is not None else None,
            "reg_status": shapes["reg_status"].iloc[row],
            **dict(zip(names, score.round(1), strict=True)),
            **told,
        }
        yield {
            "type": "Feature",
            "id": row + 1,
            "geometry": json.loads(geometry),
            "properties": {name: _plain(value) for name, value in properties.items()},
        }


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of a table
    """A value of a table as JSON has it; unknown is None."""
    if isinstance(value, float | np.floating):
        return round(float(value), 4) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _warnings(found: Segmentation, picture: Picture, latitude: float) -> Iterator[dict[str, str]]:
    for note in picture.notes:
        yield {"code": "picture", "fr": note, "en": note}
    for key, text in found.notes:
        yield {"code": f"no_{key}", **text.as_dict()}
    if picture.gsd_m is None:
        yield {"code": "scale_unknown", **_SCALE_UNKNOWN.as_dict()}
    elif math.isnan(latitude):
        yield {"code": "place_unknown", **_PLACE_UNKNOWN.as_dict()}
