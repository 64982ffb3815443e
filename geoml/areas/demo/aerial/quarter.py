"""A quarter laid out: streets, plots, houses, yards and what stands in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from geoml.areas.demo.aerial import materials, roofs, things
from geoml.areas.demo.aerial.growth import Nursery
from geoml.areas.demo.aerial.materials import GROUNDS, ROOFS, pick
from geoml.areas.demo.aerial.parcels import Bend, Rect, cut, ring
from geoml.areas.demo.aerial.roofs import Form, Roof
from geoml.areas.demo.aerial.sketch import Frame, Sketch
from geoml.areas.demo.aerial.styles import Range, Style

WORLD = Frame((0.0, 0.0), 0.0)
WALLS = ("C8BCA8", "B8AEA0", "D8D0C4", "A8705A", "C89A7A", "9AA8B0", "E0DCD4", "B07A68")


@dataclass(slots=True)
class Quarter:
    """One quarter being built: where, in which style, and what it keeps to throughout."""

    sketch: Sketch
    style: Style
    bend: Bend
    rng: Generator
    nursery: Nursery
    walls: list[int]
    roofing: list[tuple[Form, int]]
    yards: list[int]
    street: int
    reach_m: float

    def far(self, rect: Rect) -> bool:
        """Whether a rectangle lies wholly out of sight: beyond ``reach_m`` of the origin."""
        du = max(rect[0], -rect[2], 0.0)
        dv = max(rect[1], -rect[3], 0.0)
        return du * du + dv * dv > (self.reach_m + 1.4 * self.bend.strength + 3) ** 2

    def draw(self, among: Range) -> float:
        """A number of a range."""
        return float(self.rng.uniform(*among))

    def sketched(self, rect: Rect, paint: int, z: float = 0.0) -> None:
        """Ground of one paint over a rectangle of the plan."""
        sketch = self.sketch
        frame = Frame(self.bend.point(*middle(rect)), self.bend.frame.turn)
        cos, sin = float(np.cos(frame.turn)), float(np.sin(frame.turn))
        local = []
        for x, y in ring(rect, self.bend):
            dx, dy = x - frame.at[0], y - frame.at[1]
            local.append((cos * dx + sin * dy, -sin * dx + cos * dy))
        sketch.add(frame, local, paint, z=z)


def middle(rect: Rect) -> tuple[float, float]:
    """The centre of a rectangle."""
    return (rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2


def extent(rect: Rect) -> tuple[float, float]:
    """How long a rectangle is along u and v."""
    return rect[2] - rect[0], rect[3] - rect[1]


def quarter(sketch: Sketch, style: Style, bend: Bend, reach_m: float, rng: Generator) -> Quarter:
    """Settle what a quarter's builders had at hand: some roofs, walls, grounds and trees.

    What lies farther than ``reach_m`` from the origin of ``bend`` is not built.
    """
    weights = np.array([weight for _, _, weight in style.roofs])
    picks = rng.choice(len(style.roofs), size=9, p=weights / weights.sum())
    roofing = [
        (style.roofs[n][0], sketch.paint(ROOFS[style.roofs[n][1]](rng))) for n in picks.tolist()
    ]
    walls = [sketch.shade(WALLS, rng) for _ in range(4)]
    yards = [sketch.paint(GROUNDS[pick(rng, style.yards)](rng)) for _ in range(4)]
    street = sketch.paint(GROUNDS[pick(rng, style.streets)](rng))
    green = Nursery(sketch, rng)
    return Quarter(sketch, style, bend, rng, green, walls, roofing, yards, street, reach_m)


def build(place: Quarter, rect: Rect, odd: float) -> None:
    """Fill a rectangle with streets and blocks; ``odd`` is the share of blocks with no houses."""
    place.sketched(rect, place.street)
    style, rng = place.style, place.rng
    density, vacant = place.draw(style.trees), place.draw(style.vacant)
    for part, gap in list(cut(rect, style.block, style.street, rng)):
        if place.far(part):
            continue
        if gap:
            _street(place, part)
        elif rng.random() < odd:
            _open(place, part)
        else:
            _block(place, part, vacant, density)


def _street(place: Quarter, rect: Rect) -> None:
    """Kerbs, a line down the middle, traffic, trees along it."""
    sketch, rng = place.sketch, place.rng
    long_u = extent(rect)[0] >= extent(rect)[1]
    long, wide = max(extent(rect)), min(extent(rect))
    frame = place.bend.at(*middle(rect))
    frame = frame if long_u else frame.inner(0, 0, np.pi / 2)
    if place.bend.strength < 1.0 and wide > 5 and rng.random() < 0.6:
        _marked(sketch, frame, long, wide, rng)
    for at, large in things.traffic(frame, long, wide, rng, 6.0 if wide > 4 else 1.0):
        (things.lorry if large else things.car)(sketch, at, rng)
    for _ in range(int(rng.poisson(long * 0.06))):
        at = frame.inner(float(rng.uniform(-0.5, 0.5)) * long, float(rng.uniform(-0.5, 0.5)) * wide)
        things.junk(sketch, at, rng)
    if wide > 7 and rng.random() < 0.3:
        for u in np.arange(-long / 2, long / 2, 9.0).tolist():
            place.nursery.tree(frame.point(u, (wide / 2 - 0.8) * float(rng.choice([-1, 1]))))


def _marked(sketch: Sketch, frame: Frame, long: float, wide: float, rng: Generator) -> None:
    line = sketch.shade(("DCDCD4",), rng)
    walk = sketch.paint(materials.paving(rng))
    for side in (-1, 1):
        sketch.box(frame.inner(0, side * (wide / 2 - 0.7)), (long, 1.4), walk, 0.03)
    if rng.random() < 0.6:
        for u in np.arange(-long / 2, long / 2, 6.0).tolist():
            sketch.box(frame.inner(u, 0), (3.0, 0.14), line, 0.02)
    if rng.random() < 0.3:
        for v in np.arange(-wide / 2 + 1.8, wide / 2 - 1.6, 1.0).tolist():
            sketch.box(frame.inner(long / 2 - 4, v), (3.0, 0.5), line, 0.02)


def _block(place: Quarter, rect: Rect, vacant: float, density: float) -> None:
    style, rng = place.style, place.rng
    place.sketched(rect, _any(rng, place.yards))
    plots = [part for part, _ in cut(rect, style.plot, (0.0, 0.0), rng)]
    for plot in plots:
        if place.far(plot):
            continue
        if rng.random() < 0.5:
            place.sketched(plot, _any(rng, place.yards))
        if rng.random() < vacant:
            _yard(place, plot, density * 1.5)
        else:
            _plot(place, plot, density)


def _any(rng: Generator, among: list[int]) -> int:
    return among[int(rng.integers(len(among)))]


def _plot(place: Quarter, plot: Rect, density: float) -> None:
    """A house on its plot, its yard and maybe a wall round it."""
    style, rng = place.style, place.rng
    gap, setback = place.draw(style.gap), place.draw(style.setback)
    u0, v0, u1, v1 = plot
    if gap > 1.0 or rng.random() < 0.4:
        _yard(place, plot, density)
    if setback > 1.0 and rng.random() < 0.4:
        _fence(place, plot)
    front, back = (setback, gap) if rng.random() < 0.5 else (gap, setback)
    body = (u0 + gap / 2, v0 + front, u1 - gap / 2, v1 - back)
    if min(extent(body)) >= 2.6:
        _house(place, body)


def _fence(place: Quarter, plot: Rect) -> None:
    u0, v0, u1, v1 = plot
    corners = [place.bend.point(u, v) for u, v in ((u0, v0), (u1, v0), (u1, v1), (u0, v1))]
    paint, high = _any(place.rng, place.walls), float(place.rng.uniform(0.8, 2.4))
    hedge = place.rng.random() < 0.3
    for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
        if place.rng.random() < 0.8:
            if hedge:
                place.nursery.hedge(start, end)
            else:
                things.wall(place.sketch, start, end, paint, high)


def _yard(place: Quarter, plot: Rect, density: float) -> None:
    rng, (long, wide) = place.rng, extent(plot)
    area = long * wide
    place.nursery.scatter(plot, place.bend, density * float(rng.uniform(0.2, 1.8)))
    for _ in range(min(int(rng.poisson(place.draw(place.style.things) * area / 100)), 40)):
        at = (float(rng.uniform(plot[0], plot[2])), float(rng.uniform(plot[1], plot[3])))
        frame = place.bend.at(*at).inner(0, 0, float(rng.normal(0, 0.5)))
        if rng.random() < 0.06:
            things.cloth(place.sketch, frame, rng)
        elif rng.random() < 0.04 and min(long, wide) > 6:
            things.car(place.sketch, frame, rng)
        else:
            things.junk(place.sketch, frame, rng)
    if area > 150 and rng.random() < 0.08:
        pool = place.sketch.paint(materials.pool(rng))
        place.sketch.box(place.bend.at(*middle(plot)), (8, 4), pool, 0.02)


def _house(place: Quarter, body: Rect) -> None:
    """One building: a body of a sensible depth, perhaps with a wing, under one or two roofs."""
    style, rng, sketch = place.style, place.rng, place.sketch
    sketch.buildings += 1
    long, wide = extent(body)
    frame = place.bend.at(*middle(body)).inner(0, 0, float(rng.normal(0, place.draw(style.skew))))
    form, paint = place.roofing[int(rng.integers(len(place.roofing)))]
    if rng.random() < 0.25:
        form, paint = _own_roof(place)
    size = _trimmed(style, long, wide, rng)
    offset = ((long - size[0]) / 2, (wide - size[1]) / 2)
    at = frame.inner(offset[0] * float(rng.uniform(-1, 1)), offset[1] * float(rng.uniform(-1, 1)))
    eave = 2.9 * int(rng.integers(style.storeys[0], style.storeys[1] + 1)) + place.draw((-0.4, 0.8))
    if size[1] > size[0]:
        at, size = at.inner(0, 0, np.pi / 2), (size[1], size[0])
    slope = place.draw(style.slope) if form != "flat" else 0.0
    roof = Roof(at, size, form, max(eave, 2.2), slope, paint, _any(rng, place.walls))
    _roofed(place, roof)
    if rng.random() < style.wings:
        _wing(place, roof)


def _own_roof(place: Quarter) -> tuple[Form, int]:
    """A roof unlike the neighbours'."""
    forms = place.style.roofs
    form, material, _ = forms[int(place.rng.integers(len(forms)))]
    return form, place.sketch.paint(ROOFS[material](place.rng))


def _trimmed(style: Style, long: float, wide: float, rng: Generator) -> tuple[float, float]:
    """As large as the plot allows where houses touch; else no deeper than houses are."""
    most = 60.0 if style.storeys[0] == 2 and style.plot[0] > 20 else 18.0
    if style.gap[1] <= 1.0:
        return long, min(wide, most) * float(rng.uniform(0.75, 1.0))
    share = float(rng.uniform(0.55, 1.0))
    return min(long * share, 2.5 * most), min(wide * float(rng.uniform(0.5, 0.95)), most)


def _roofed(place: Quarter, roof: Roof) -> None:
    roofs.put(place.sketch, roof)
    if roof.form == "flat":
        roofs.terrace(place.sketch, roof, place.rng, place.draw(place.style.busy))
    elif roof.form == "gable":
        roofs.ridge_things(place.sketch, roof, place.rng)


def _wing(place: Quarter, roof: Roof) -> None:
    """A lower part that sticks out at the back or the front: L and T shapes."""
    rng, (long, wide) = place.rng, roof.size
    size = (float(rng.uniform(0.4, 0.9)) * wide + 1.5, float(rng.uniform(0.3, 0.55)) * long)
    side = 1 if rng.random() < 0.5 else -1
    at_u = float(rng.choice([-1, 0, 1])) * (long - size[1]) / 2
    frame = roof.frame.inner(at_u, side * (wide / 2 + size[0] / 2 - 0.5), np.pi / 2)
    if roof.form == "gable" or roof.form == "hip":
        frame = roof.frame.inner(at_u, side * (wide / 2 + size[0] / 2) / 2, np.pi / 2)
        size = (wide / 2 + size[0] / 2, size[1])
    eave = max(roof.eave_m - float(rng.choice([0.0, 0.0, 2.8])), 2.2)
    form, paint = (roof.form, roof.paint) if rng.random() < 0.75 else _own_roof(place)
    slope = roof.slope if form == roof.form else place.draw(place.style.slope)
    _roofed(place, Roof(frame, size, form, eave, slope, paint, roof.wall))


def _open(place: Quarter, rect: Rect) -> None:
    """A block with no houses: field, park, car park, court, panels, containers, water, rubble."""
    rng, sketch = place.rng, place.sketch
    kinds = ("field", "park", "cars", "court", "solar", "boxes", "water", "rubble", "yard", "beds")
    kind = kinds[int(rng.integers(len(kinds)))]
    grounds = {
        "field": "crop",
        "beds": "crop",
        "park": "grass",
        "cars": "asphalt",
        "water": "water",
    }
    ground = grounds.get(kind, kind if kind == "rubble" else pick(rng, ("paving", "soil", "grass")))
    place.sketched(rect, sketch.paint(GROUNDS[ground](rng)))
    frame, size = place.bend.at(*middle(rect)), extent(rect)
    if kind == "cars":
        things.park(sketch, frame, size, rng)
    elif kind == "court":
        things.court(sketch, frame, (min(size[0], 45), min(size[1], 28)), rng)
    elif kind == "solar":
        things.solar(sketch, frame, size, rng)
    elif kind == "boxes":
        things.containers(sketch, frame, (min(size[0], 40), min(size[1], 25)), rng)
    elif kind == "beds":
        for bed, _ in cut(rect, (5, 14), (0.4, 1.2), rng):
            place.sketched(bed, sketch.paint(materials.crop(rng)), 0.01)
    if kind in ("park", "yard", "beds", "rubble"):
        _yard(place, rect, place.draw((0.0, 2.0)))
