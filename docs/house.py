"""Draw the house in one picture: ``python docs/house.py`` writes ``docs/assets/house.svg``.

The storeys are the layers that import-linter enforces, read from ``pyproject.toml``; a test fails
when the drawing and the contract differ.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
OUT = Path(__file__).resolve().parent / "assets" / "house.svg"

WORDS = {
    "geoml.cli": "the terminal",
    "geoml.api": "HTTP: one application for map, answers and files",
    "tiles": "finished map tiles, and TiTiler's",
    "geoml.lifecycle": "from sources to an edition, for every service",
    "geoml.catalog": "finds services, lists layers",
    "geoml.services": "one folder each, blind to one another",
    "geoml.editions": "publish at one stroke, point, roll back",
    "geoml.learning": "validate, calibrate, explain",
    "geoml.modelstore": "plain files, sealed",
    "geoml.contract": "what a service is: one frozen declaration",
    "geoml.areas": "areas, ingestion in a child process, units",
    "geoml.features": "one quantity a file: arrays in, arrays out",
    "geoml.vector": "vector files: the one place of OGR",
    "geoml.raster": "grids, COG, the web's pyramid: the one place of GDAL",
    "geoml.environment": "what this machine has, and lacks",
    "geoml.upkeep": "back up, restore, prune",
    "geoml.store": "tokens: the one place of SQL",
    "geoml.files": "atomic files",
    "geoml.clock": "the time, where it is pinned",
    "geoml.paths": "where things lie",
    "geoml.errors": "what, where, got, next step",
    "geoml.types": "arrays and words",
}
"""What a room is for, in a few words; a layer without words shows its name alone."""

STEPS = {
    "geoml.areas": 1,
    "geoml.features": 2,
    "geoml.learning": 3,
    "geoml.editions": 4,
    "tiles": 5,
    "geoml.api": 6,
}
"""Where the data are on their one way through the house; the strip at the foot says it again."""

FLOW = ("files", "sources", "features", "score ± interval", "edition", "tiles", "map, answers")
PEOPLE = ("citizen", "GIS officer", "analyst", "operator")
RAMP = ("#fcd25a", "#fb9a06", "#cf4446", "#7d1e6d", "#280b53")

WIDTH, LEFT, RIGHT, STOREY, EAVES = 960, 70, 890, 38, 172

STYLE = """
.house{--ink:#22272b;--quiet:#5a6268;--line:#d5d1c7;--wall:#fbfaf7;--room:#fff;--accent:#9c3b12;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
@media (prefers-color-scheme:dark){.house{--ink:#e9e6df;--quiet:#a9aeb3;--line:#4a5056;
--wall:#1d2124;--room:#272c30;--accent:#f0a37f}}
.house text{fill:var(--ink);font-size:14px}
.house .name{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:13px;
font-weight:600}
.house .quiet{fill:var(--quiet);font-size:13px}
.house .wall{fill:var(--wall);stroke:var(--ink);stroke-width:2;stroke-linejoin:round}
.house .room{fill:var(--room);stroke:var(--line)}
.house .step{fill:var(--accent)}
.house .digit{fill:var(--room);font-size:12px;font-weight:700}
.house .way{stroke:var(--accent);stroke-width:1.6;fill:none}
""".replace("\n", "")


def layers() -> list[list[str]]:
    """The rows of the import contract, top first; a row can hold several packages."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    contract = next(one for one in contracts if one["type"] == "layers")
    return [[name.strip() for name in row.split("|")] for row in contract["layers"]]


def drawing() -> str:
    """The whole SVG."""
    rows = layers()
    foot = EAVES + STOREY * len(rows) + 14
    height = foot + 150
    title = "The house: layers that import downward only, and the way of the data through them"
    parts = [
        f'<svg class="house" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path class="step" d="M0 0 8 4 0 8z"/></marker></defs>',
        *_walls(foot),
        *_downward(foot),
    ]
    for number, names in enumerate(rows):
        parts += _storey(number, names, len(rows))
    parts += _strip(foot + 74)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _walls(foot: int) -> Iterator[str]:
    middle = WIDTH / 2
    yield (
        f'<path class="wall" d="M{LEFT - 14} {foot}V{EAVES}H{LEFT - 44}L{middle} 26 '
        f'{RIGHT + 44} {EAVES}H{RIGHT + 14}V{foot}Z"/>'
    )
    yield f'<text x="{middle}" y="82" text-anchor="middle" font-weight="600">geoml</text>'
    for number, who in enumerate(PEOPLE):
        x = middle + (number - (len(PEOPLE) - 1) / 2) * 118
        yield f'<circle cx="{x}" cy="111" r="4.5" fill="none" stroke="var(--quiet)"/>'
        yield f'<path d="M{x - 8} 128a8 9 0 0 1 16 0" fill="none" stroke="var(--quiet)"/>'
        yield f'<text class="quiet" x="{x}" y="148" text-anchor="middle">{who}</text>'


def _downward(foot: int) -> Iterator[str]:
    middle = (EAVES + foot) / 2
    yield f'<path class="way" marker-end="url(#tip)" d="M28 {EAVES + 60}V{foot - 40}"/>'
    yield (
        f'<text class="quiet" transform="translate(19 {middle}) rotate(-90)" '
        'text-anchor="middle">imports point downward</text>'
    )


def _storey(number: int, names: list[str], count: int) -> Iterator[str]:
    y = EAVES + 8 + number * STOREY
    colour = RAMP[number * len(RAMP) // count]
    yield f'<rect x="{LEFT}" y="{y}" width="6" height="{STOREY - 6}" rx="2" fill="{colour}"/>'
    gap, left = 8, LEFT + 12
    width = (RIGHT - left - gap * (len(names) - 1)) / len(names)
    for place, name in enumerate(names):
        yield from _room(name, left + place * (width + gap), y, width, alone=len(names) == 1)


def _room(name: str, x: float, y: float, width: float, *, alone: bool) -> Iterator[str]:
    high = STOREY - 6
    base = y + high / 2 + 5
    words = x + (190 if alone else 150)
    yield f'<rect class="room" x="{x:g}" y="{y}" width="{width:g}" height="{high}" rx="4"/>'
    yield f'<text class="name" x="{x + 12:g}" y="{base:g}">{name}</text>'
    yield f'<text class="quiet" x="{words:g}" y="{base:g}">{escape(WORDS.get(name, ""))}</text>'
    if name in STEPS:
        yield from _badge(x + width - 20, y + high / 2, STEPS[name])


def _badge(x: float, y: float, number: int) -> Iterator[str]:
    yield f'<circle class="step" cx="{x:g}" cy="{y:g}" r="10"/>'
    yield f'<text class="digit" x="{x:g}" y="{y + 4.5:g}" text-anchor="middle">{number}</text>'


def _strip(y: int) -> Iterator[str]:
    """The way of the data in one line: what there is, and the step that makes the next of it."""
    pitch = (RIGHT - LEFT) / (len(FLOW) - 1)
    told = "one way through, no back and forth"
    yield f'<text class="quiet" x="{LEFT - 14}" y="{y - 40}">{told}</text>'
    for number, what in enumerate(FLOW):
        x = LEFT + number * pitch
        yield f'<circle cx="{x:g}" cy="{y}" r="5" fill="var(--ink)"/>'
        yield f'<text x="{x:g}" y="{y + 28}" text-anchor="middle">{escape(what)}</text>'
        if number:
            start, end = x - pitch + 10, x - 9
            yield f'<path class="way" marker-end="url(#tip)" d="M{start:g} {y}H{end:g}"/>'
            yield from _badge((start + end) / 2 - 2, y, number)


def main() -> None:
    """Write the drawing."""
    OUT.write_text(drawing(), encoding="utf-8")


if __name__ == "__main__":
    main()
