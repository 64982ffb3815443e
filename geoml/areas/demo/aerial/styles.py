"""Kinds of quarter, as ranges: how the ground is parcelled, what is built and what grows there."""

from __future__ import annotations

from dataclasses import dataclass

from geoml.areas.demo.aerial.roofs import Form

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """One kind of quarter; ranges in metres unless told, shares 0..1.

    ``roofs`` are form, material and how often; ``yards`` and ``streets`` name grounds;
    ``trees`` are per 100 m2 of yard, ``things`` likewise; ``skew`` is how far (radians) houses
    stray from their street and ``warp`` how far the streets bend.
    """

    name: str
    often: float
    block: Range
    street: Range
    plot: Range
    gap: Range
    setback: Range
    vacant: Range
    storeys: tuple[int, int]
    roofs: tuple[tuple[Form, str, float], ...]
    slope: Range
    yards: tuple[str, ...]
    streets: tuple[str, ...]
    trees: Range
    things: Range
    skew: Range
    warp: Range
    busy: Range
    wings: float = 0.2


DENSE = Style(
    "dense irregular quarter",
    3.0,
    (26, 60),
    (2.0, 9.0),
    (7, 13),
    (0.0, 0.7),
    (0.0, 1.2),
    (0.05, 0.25),
    (1, 5),
    (
        ("flat", "concrete", 6),
        ("flat", "membrane", 1.5),
        ("shed", "metal", 3),
        ("gable", "metal", 1.5),
        ("gable", "tile", 0.6),
        ("hip", "tile", 0.3),
    ),
    (0.08, 0.45),
    ("soil", "grass", "paving", "crop", "rubble"),
    ("asphalt", "soil", "paving"),
    (0.2, 5.0),
    (1, 8),
    (0.0, 0.12),
    (0.0, 5.0),
    (0.5, 1.0),
    0.3,
)
HUTS = Style(
    "quarter of metal roofs",
    2.0,
    (25, 70),
    (1.5, 7.0),
    (5, 10),
    (0.0, 1.5),
    (0.0, 1.5),
    (0.05, 0.35),
    (1, 1),
    (("gable", "metal", 5), ("shed", "metal", 4), ("hip", "metal", 1), ("flat", "concrete", 0.6)),
    (0.1, 0.5),
    ("soil", "soil", "grass", "rubble"),
    ("soil", "soil", "asphalt"),
    (0.05, 4.0),
    (0.5, 5),
    (0.0, 0.35),
    (0.0, 6.0),
    (0.2, 0.7),
)
GARDENS = Style(
    "houses in gardens",
    2.2,
    (50, 110),
    (5.0, 10.0),
    (16, 28),
    (1.5, 6.0),
    (2.0, 7.0),
    (0.03, 0.2),
    (1, 2),
    (
        ("gable", "tile", 3),
        ("hip", "tile", 2.5),
        ("gable", "slate", 1.6),
        ("hip", "slate", 1.2),
        ("hip", "metal", 0.8),
        ("gable", "metal", 0.8),
        ("flat", "membrane", 0.5),
    ),
    (0.3, 0.9),
    ("grass", "grass", "grass", "paving", "soil"),
    ("asphalt", "asphalt", "soil"),
    (0.3, 3.5),
    (0.2, 1.5),
    (0.0, 0.08),
    (0.0, 8.0),
    (0.0, 0.4),
    0.4,
)
ROWS = Style(
    "attached rows",
    1.5,
    (30, 75),
    (5.0, 12.0),
    (8, 14),
    (0.0, 0.1),
    (0.0, 3.0),
    (0.02, 0.12),
    (2, 5),
    (
        ("gable", "tile", 4),
        ("gable", "slate", 2),
        ("hip", "tile", 0.6),
        ("flat", "membrane", 1.2),
        ("gable", "metal", 0.8),
        ("flat", "concrete", 0.7),
    ),
    (0.3, 1.0),
    ("paving", "grass", "soil"),
    ("asphalt", "paving"),
    (0.1, 3.0),
    (0.3, 3),
    (0.0, 0.03),
    (0.0, 6.0),
    (0.1, 0.6),
    0.35,
)
SHEDS = Style(
    "works and stores",
    1.6,
    (60, 150),
    (8.0, 14.0),
    (28, 70),
    (4.0, 12.0),
    (3.0, 10.0),
    (0.05, 0.3),
    (2, 3),
    (
        ("gable", "metal", 4),
        ("flat", "membrane", 3),
        ("barrel", "metal", 0.8),
        ("saw", "metal", 0.6),
        ("shed", "metal", 1),
        ("flat", "concrete", 1),
    ),
    (0.05, 0.25),
    ("asphalt", "paving", "soil", "grass"),
    ("asphalt", "paving"),
    (0.0, 0.3),
    (0.3, 2.5),
    (0.0, 0.03),
    (0.0, 2.0),
    (0.0, 0.3),
)
VILLAS = Style(
    "walled houses in dry country",
    1.5,
    (40, 90),
    (6.0, 12.0),
    (14, 26),
    (0.5, 3.0),
    (1.0, 5.0),
    (0.05, 0.3),
    (1, 3),
    (("flat", "membrane", 5), ("flat", "concrete", 4), ("hip", "tile", 1), ("shed", "metal", 0.6)),
    (0.2, 0.6),
    ("soil", "paving", "soil", "grass"),
    ("soil", "asphalt"),
    (0.0, 0.7),
    (0.2, 2),
    (0.0, 0.05),
    (0.0, 3.0),
    (0.2, 0.9),
    0.5,
)
VILLAGE = Style(
    "farms and fields",
    1.5,
    (45, 120),
    (2.5, 7.0),
    (14, 40),
    (2.0, 9.0),
    (1.0, 9.0),
    (0.35, 0.85),
    (1, 2),
    (
        ("gable", "metal", 3),
        ("gable", "tile", 3),
        ("hip", "tile", 1),
        ("hip", "thatch", 0.8),
        ("shed", "metal", 1),
        ("flat", "concrete", 1.5),
    ),
    (0.2, 0.8),
    ("grass", "crop", "soil", "crop"),
    ("soil", "asphalt"),
    (0.1, 3.5),
    (0.1, 1.5),
    (0.0, 0.3),
    (0.0, 10.0),
    (0.1, 0.8),
    0.3,
)
FLATS = Style(
    "blocks of flats",
    1.0,
    (60, 140),
    (7.0, 14.0),
    (24, 45),
    (6.0, 14.0),
    (4.0, 10.0),
    (0.1, 0.35),
    (3, 7),
    (("flat", "membrane", 5), ("flat", "concrete", 3), ("gable", "tile", 1), ("hip", "metal", 0.8)),
    (0.2, 0.5),
    ("grass", "paving", "asphalt"),
    ("asphalt", "paving"),
    (0.1, 2.0),
    (0.2, 1.5),
    (0.0, 0.04),
    (0.0, 4.0),
    (0.0, 0.4),
    0.4,
)
STYLES = (DENSE, HUTS, GARDENS, ROWS, SHEDS, VILLAS, VILLAGE, FLATS)
