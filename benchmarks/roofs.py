"""What every place tells of roofs: pixels, edges, whole roofs; and a rule that learns nothing.

The model is the one that ships and serves, run by ONNX Runtime as it is served; PyTorch is not
needed. A roof in words: two outlines are the same at an IoU of 0.5 or more.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize

from benchmarks.page import number
from geoml import catalog, modelstore
from geoml.files import read_json
from geoml.learning.segmentation.dataset import read
from geoml.learning.segmentation.engine import Engine, open_engine, open_model_folder
from geoml.learning.segmentation.metrics import Counts, Scores, count_objects, count_pixels, scores
from geoml.learning.segmentation.sheets import sheets
from geoml.learning.segmentation.spec import Spec
from geoml.learning.segmentation.splits import Region, split
from geoml.paths import Home
from geoml.types import Array, Mask
from geoml.vector.outlines import Rules, outlines_of

AS_SEEN = Rules(regularise=False)
ONE_BY_ONE = Rules(regularise=False, neck_m=0.0, core_m2=0.0)
"""Every connected piece of a mask, however narrow its necks."""
_SMOOTH_M = 1.25


@dataclass(frozen=True)
class Model:
    """The model that ships: what it needs, how it is run, and what its manifest says."""

    folder: Path
    spec: Spec
    engine: Engine
    manifest: Mapping[str, Any]

    @property
    def called(self) -> str:
        """The file by its digest."""
        return f"`model.onnx` {self.spec.sha256[:8]}"

    def learned_from(self, place: str) -> bool:
        """Whether a place was in its training."""
        return place in self.manifest["learned_from"]


@cache
def model() -> Model:
    """The segmentation model that ships with this checkout."""
    with tempfile.TemporaryDirectory(prefix="validation-") as folder:
        home = Home(Path(folder))
        able = [name for name in catalog.names() if catalog.get(name).kind == "segmentation"]
        served = [ref for name in able if (ref := modelstore.serving(home, name))]
    where = served[0].folder
    spec, _ = open_model_folder(where)
    return Model(where, spec, open_engine(where), read_json(where / "manifest.json"))


def regions(place: str) -> tuple[Region, ...]:
    """The split of the model's training, from the data set that lies beside the model."""
    one = model()
    data = read(one.folder.parent / f"{place}.toml")
    return split(sheets(data), seed=one.manifest["seed"])


@dataclass(frozen=True)
class Rule:
    """The best that a single threshold can do: roof where ``sign * index >= least``."""

    name: str
    sign: int
    least: float

    @property
    def told(self) -> str:
        """In words."""
        way = "above" if self.sign > 0 else "below"
        return f"{self.name} {way} {self.sign * self.least:.0f}"

    def __call__(self, rgb: NDArray[np.uint8], gsd_m: float) -> Mask:
        """True where the rule says roof, shape (rows, cols)."""
        found: Mask = self.sign * indices(rgb, gsd_m)[self.name] >= self.least
        return found


def indices(rgb: NDArray[np.uint8], gsd_m: float) -> dict[str, Array]:
    """What a pixel is, without learning: means over 1.25 m of quantities of 0..255 or so."""
    from scipy.ndimage import gaussian_gradient_magnitude, uniform_filter

    side = max(1, round(_SMOOTH_M / gsd_m))
    red, green, blue = (band.astype(np.float32) for band in np.moveaxis(rgb, -1, 0))
    grey = (red + green + blue) / 3
    raw = {
        "brightness": grey,
        "excess green": 2 * green - red - blue,
        "red over blue": red - blue,
        "colour": (rgb.max(axis=-1) - rgb.min(axis=-1)).astype(np.float32),
        "edges": 4 * gaussian_gradient_magnitude(grey, max(1.0, 0.25 / gsd_m)),
    }
    return {name: uniform_filter(values, side) for name, values in raw.items()}


def best_rule(seen: Iterable[tuple[NDArray[np.uint8], Mask, float]]) -> Rule:
    """The index, way and threshold of the highest IoU over (rgb, truth, metres per pixel)."""
    edges = np.arange(-512.0, 1025.0)
    counts: dict[str, NDArray[np.int64]] = {}
    for rgb, truth, gsd_m in seen:
        for name, values in indices(rgb, gsd_m).items():
            halves = [np.histogram(values[part], edges)[0] for part in (truth, ~truth)]
            counts[name] = counts.get(name, np.zeros((2, len(edges) - 1), np.int64)) + halves
    tried = [
        (iou, Rule(name, sign, least))
        for name, both in counts.items()
        for sign in (1, -1)
        for iou, least in [_best(both[:, ::sign], edges[::sign] * sign)]
    ]
    return max(tried, key=lambda one: one[0])[1]


def _best(counts: NDArray[np.int64], edges: Array) -> tuple[float, float]:
    """(IoU, threshold) of the best cut of two histograms, by rising values of a rule."""
    hit, false = (side[::-1].cumsum()[::-1] for side in counts)
    iou = hit / np.maximum(counts[0].sum() + false, 1)
    best = np.flatnonzero(iou == iou.max())
    at = int(best[len(best) // 2])  # in the middle of a gap, where there is one
    return float(iou[at]), float(edges[at])


def squared(probability: Array, gsd_m: float, rules: Rules | None = None) -> Any:
    """Outlines in metres from the picture's corner, x right and y up, an array of polygons."""
    lies = Affine.scale(gsd_m, -gsd_m)
    found = outlines_of(
        probability, gsd_m, threshold=model().spec.threshold, rules=rules, transform=lies
    )
    return polygons(found)


def pieces_of(mask: Mask, gsd_m: float) -> Any:
    """Every connected piece of a mask, as ``squared`` gives outlines."""
    found = outlines_of(
        mask.astype(np.float32), gsd_m, rules=ONE_BY_ONE, transform=Affine.scale(gsd_m, -gsd_m)
    )
    return polygons(found)


def polygons(frame: geopandas.GeoDataFrame) -> Any:
    """The geometries of a table."""
    return np.asarray(frame.geometry.array, dtype=object)


def drawn(shapes: Sequence[Any], shape: tuple[int, int], gsd_m: float) -> Mask:
    """Outlines in metres as pixels."""
    if not len(shapes):
        return np.zeros(shape, bool)
    lies = Affine.scale(gsd_m, -gsd_m)
    found: Mask = rasterize(shapes, shape, transform=lies).astype(bool)
    return found


def roofs(found: Any, truth: Any, seen: Mask, true: Mask, gsd_m: float) -> Counts:
    """Counts of whole roofs, and of their pixels."""
    return count_objects(found, truth) + count_pixels(seen, true, gsd_m=gsd_m)


PIXELS = ("", "IoU", "precision", "recall", "edge IoU", "roof area")


def pixel_row(title: str, counts: Iterable[Counts]) -> list[str]:
    """A row of ``PIXELS``."""
    one = scores(title, counts)
    told = (one.iou, one.precision, one.recall, one.boundary_iou)
    return [title, *(number(_known(value), ".3f") for value in told), _bias(one)]


OBJECTS = ("", "roofs", "the same", "precision", "recall", "F1", "PoLiS (m)", "corners",
           "roof area")  # fmt: skip


def object_row(title: str, counts: Iterable[Counts]) -> list[str]:
    """A row of ``OBJECTS``."""
    one = scores(title, counts)
    told = (one.object_precision, one.object_recall, one.object_f1, one.polis_m)
    return [
        title,
        f"{one.roofs_found:,}",
        f"{one.roofs_matched:,}",
        *(number(_known(value)) for value in told),
        f"x {one.vertex_ratio:.2f}" if one.roofs_matched else "-",
        _bias(one),
    ]


def _bias(one: Scores) -> str:
    return f"{one.area_bias_pct:+.1f}%" if one.area_bias_pct == one.area_bias_pct else "-"


def _known(value: float) -> float | None:
    return value if value == value else None


def added(rows: Iterable[Mapping[str, Counts]]) -> Iterator[tuple[str, Counts]]:
    """Counts of several pictures added up by the name of what was counted."""
    total: dict[str, Counts] = {}
    for row in rows:
        for name, counts in row.items():
            total[name] = total.get(name, Counts()) + counts
    yield from total.items()
