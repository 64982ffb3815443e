"""The district of the demo town that is drawn finely: every roof and plane of it is known.

Made up, by the generator whose other pictures the model learned from: it says that the steps fit
together and what each of them loses, and nothing about any real town.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.page import table, text
from benchmarks.roofs import OBJECTS, PIXELS, model, object_row, pixel_row, polygons
from geoml.areas.demo.town import make
from geoml.features.solar.assumptions import Assumptions
from geoml.features.solar.days import days
from geoml.features.solar.energy import energy, peak_power
from geoml.features.solar.planes import planes
from geoml.features.solar.potential import Place, grid_north, potential
from geoml.features.solar.sky import sky_at
from geoml.features.solar.survey import Face, survey
from geoml.features.solar.totals import of_faces
from geoml.learning.segmentation.infer import write_probability
from geoml.learning.segmentation.metrics import Counts, count_objects, count_pixels
from geoml.learning.segmentation.objects import same_objects
from geoml.raster.cog import open_cog
from geoml.raster.grid import transformer
from geoml.types import Array, Mask
from geoml.vector.outlines import Rules, outlines

TOLD = Assumptions()
LEAST_PLANE_M2 = 10.0
"""Of smaller true planes nobody asks how they lie."""
NEAR_DEG = 10.0


@dataclass(frozen=True, eq=False)
class District:
    """Files of the town, what was found in its picture, and what is true."""

    surface: Path
    known: Any
    """Footprints on the picture, cut at its edge: what is roof."""
    whole: NDArray[np.intp]
    """Which of them lie on it whole, so that their planes are known."""
    planes: geopandas.GeoDataFrame
    """True planes; ``building`` counts in ``known``, azimuths from the north of the grid."""
    found: geopandas.GeoDataFrame
    rows: dict[str, Counts]
    place: Place


def section() -> list[str]:
    """Pixels, roofs, planes and electricity, each beside the truth."""
    with tempfile.TemporaryDirectory(prefix="validation-") as folder:
        here = look(Path(folder))
        tilt, azimuth, near = plane_errors(here)
        made = electricity(here)
    true = made[0][1]
    return [
        text(
            f"""**Synthetic**: the picture, the surface model and the truth come from one program,
            and the model learned from other pictures of it. {len(here.known):,} roofs, 0.25 m per
            pixel; what a tree hides counts as missed."""
        ),
        "",
        *table(PIXELS, [pixel_row(name, [counts]) for name, counts in here.rows.items()]),
        "",
        *table(OBJECTS, [object_row(n, [c]) for n, c in here.rows.items() if c.true]),
        "",
        text(
            f"""The faces of the roofs that were found, from a surface model of 1 m: for each true
            plane of {LEAST_PLANE_M2:g} m2 or more ({len(tilt):,} of them) the face of that roof
            that lies most like it. Off by a median of {_off(tilt)} in tilt and {_off(azimuth)} in
            azimuth; {near:.0%} of the area of those planes has a face within {NEAR_DEG:g} degrees
            of it, both angles taken together."""
        ),
        "",
        text(
            f"""Electricity of the {len(here.whole):,} roofs that lie on the picture whole, before
            shade, and of whatever was found there. The true planes lose their setback along every
            edge, and nothing to chimneys."""
        ),
        "",
        *table(
            ("from", "modules (m2)", "MWh a year", "off by"),
            [[name, f"{m2:,.0f}", f"{kwh / 1000:,.0f}", _share(kwh, true)]
             for name, kwh, m2 in made],
        ),
        "",
        text(
            """In the last two rows errors can cancel: more roof than there is, and less of it
            fitted. The roof area of the first table is to be read beside them."""
        ),
    ]  # fmt: skip


def _off(errors: Array) -> str:
    known = np.abs(errors[np.isfinite(errors)])
    return f"{np.median(known):.1f} degrees (nine in ten: {np.quantile(known, 0.9):.1f})"


def _share(value: float, true: float) -> str:
    return "-" if value == true else f"{100 * (value / true - 1):+.1f}%"


def look(folder: Path) -> District:
    """Draw the town and look for its roofs as a run does, from file to file."""
    town, one = make("demo", folder), model()
    photograph, probability = Path(town.files["ortho"]), folder / "probability.tif"
    write_probability(one.engine, one.spec, photograph, probability)
    seen = outlines(probability, threshold=one.spec.threshold, rules=Rules(regularise=False))
    found = outlines(probability, threshold=one.spec.threshold)
    with open_cog(photograph) as dataset:
        frame, lies, shape = shapely.box(*dataset.bounds), dataset.transform, dataset.shape
        gsd = float(dataset.res[0])
    with open_cog(probability) as dataset:
        net = dataset.read(1) >= 1 + round(254 * one.spec.threshold)
    footprints = geopandas.read_file(town.files["buildings"])
    shapes = shapely.intersection(polygons(footprints), frame)
    kept = np.flatnonzero(shapely.area(shapes) >= 4.0)
    known = shapes[kept]
    true = _drawn(known, shape, lies)
    truth = geopandas.read_file(town.planes_file or folder)
    truth = truth[truth["building"].isin(kept)]
    truth["building"] = np.searchsorted(kept, truth["building"].to_numpy())
    lon, lat = transformer(town.crs, "EPSG:4326").transform(frame.centroid.x, frame.centroid.y)
    rows = {
        "the network": _counts([], [], net, true, gsd),
        "its outlines, corners as seen": _both(seen, known, true, lies, gsd),
        "its outlines, squared": _both(found, known, true, lies, gsd),
        "everything is roof": _counts([], [], np.ones_like(true), true, gsd),
    }
    whole = np.flatnonzero(shapely.contains_properly(frame, polygons(footprints)[kept]))
    surface = Path(town.files["dsm"])
    return District(surface, known, whole, truth, found, rows, Place(float(lat), float(lon)))


def _drawn(shapes: Any, shape: tuple[int, int], lies: Any) -> Mask:
    from rasterio.features import rasterize

    drawn: Mask = rasterize(shapes, shape, transform=lies).astype(bool)
    return drawn


def _counts(found: Any, known: Any, seen: Mask, true: Mask, gsd_m: float) -> Counts:
    return count_objects(found, known) + count_pixels(seen, true, gsd_m=gsd_m)


def _both(found: geopandas.GeoDataFrame, known: Any, true: Mask, lies: Any, gsd_m: float) -> Counts:
    shapes = polygons(found)
    return _counts(shapes, known, _drawn(shapes, true.shape, lies), true, gsd_m)


def plane_errors(here: District) -> tuple[Array, Array, float]:
    """(errors of tilt, of azimuth in degrees, share of the area that is near) of true planes.

    Of the roofs that were found; azimuth is NaN where one of both is level. Both are measured
    from the north of the grid.
    """
    pairs = same_objects(polygons(here.found), here.known)
    of = {other: one for one, other in pairs}
    faces: dict[int, list[Face]] = {}
    for face in _survey(here, here.found):
        faces.setdefault(face.roof, []).append(face)
    planes_ = here.planes[here.planes["area_m2"] >= LEAST_PLANE_M2]
    asked = planes_[planes_["building"].isin(list(of))]
    tilt, azimuth, apart = (np.full(len(asked), np.nan) for _ in range(3))
    rows = zip(asked["tilt_deg"], asked["azimuth_deg"], asked["building"], strict=True)
    for number, (slope, way, building) in enumerate(rows):
        tried = [
            (between((slope, way), (face.tilt_deg, face.azimuth_deg)), face)
            for face in faces.get(of[int(building)], [])
        ]
        if tried:
            apart[number], best = min(tried, key=lambda one: one[0])
            tilt[number] = best.tilt_deg - slope
            azimuth[number] = (best.azimuth_deg - way + 180) % 360 - 180
    area = asked["area_m2"].to_numpy()
    return tilt, azimuth, float(area[apart <= NEAR_DEG].sum() / area.sum())


def between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Degrees between two planes, each (tilt, azimuth) in degrees; NaN azimuths are level."""
    a, b = (_normal(*np.radians(np.nan_to_num(plane))) for plane in (one, other))
    return float(np.degrees(np.arccos(np.clip(a @ b, -1, 1))))


def _normal(tilt: float, azimuth: float) -> Array:
    across = np.sin(tilt)
    return np.array([across * np.sin(azimuth), across * np.cos(azimuth), np.cos(tilt)])


def electricity(here: District) -> list[tuple[str, float, float]]:
    """(from what, kWh a year before shade, m2 of modules): from the true planes, then from less."""
    whole = geopandas.GeoDataFrame(geometry=here.known[here.whole], crs=here.found.crs)
    cut = np.delete(here.known, here.whole)
    middle = here.found.representative_point()
    inside = np.ones(len(middle), bool)
    if len(cut):
        inside[shapely.STRtree(polygons_of(middle)).query(cut, "contains")[1]] = False
    found = here.found[inside]
    return [
        ("true planes", *_of_truth(here)),
        ("true outlines and the surface model", *_of(whole, here, here.surface)),
        ("what was found and the surface model", *_of(found, here, here.surface)),
        ("what was found, no heights known", *_of(found, here, None)),
    ]


def polygons_of(points: geopandas.GeoSeries) -> Any:
    """Geometries of a column."""
    return np.asarray(points.array, dtype=object)


def _of(roofs: geopandas.GeoDataFrame, here: District, surface: Path | None) -> tuple[float, float]:
    told = potential(roofs, here.place, surface=surface)
    lost = np.where(told.facets > 0, told.shading_percent / 100, TOLD.shading_typical)
    return float(np.nansum(told.kwh_yr / (1 - lost))), float(told.usable_area_m2.sum())


def _of_truth(here: District) -> tuple[float, float]:
    """The true planes through the same sun and the same rules, each alone."""
    place, told = here.place, here.planes[here.planes["building"].isin(here.whole)]
    sun = planes(place.latitude, sky_at(place.latitude))
    true_azimuth = told["azimuth_deg"] + grid_north(told.crs.to_wkt(), place)
    columns = told["building"], told["tilt_deg"], true_azimuth, told["area_m2"], told.geometry
    faces = [_face(*row) for row in zip(*columns, strict=True)]
    sums = of_faces(sun, faces, len(here.known), TOLD)
    kwp = peak_power(sums.module_m2, TOLD)
    made = energy(sums.sun, kwp, np.zeros(len(kwp)), TOLD).p50
    return float(np.nansum(made)), float(sums.module_m2.sum())


def _face(building: int, tilt: float, azimuth: float, area_m2: float, outline: Any) -> Face:
    flat = tilt < TOLD.flat_below_deg
    free = outline.buffer(-TOLD.setback_m, join_style="mitre").area / outline.area
    way = np.nan if flat else float(azimuth) % 360
    return Face(int(building), 0.0 if flat else tilt, way, area_m2, area_m2 * free, np.zeros(12))


def _survey(here: District, roofs: geopandas.GeoDataFrame) -> tuple[Face, ...]:
    latitude, shapes = here.place.latitude, list(roofs.geometry)
    day = days(latitude, sky_at(latitude))
    return survey(shapes, roofs.crs.to_wkt(), here.surface, None, day, TOLD).faces
