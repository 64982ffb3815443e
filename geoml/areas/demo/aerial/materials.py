"""The materials of roofs and of the ground, each drawn anew: tone, wear and pattern vary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from numpy.random import Generator

from geoml.areas.demo.aerial.paints import Paint, linear, near

Maker = Callable[[Generator], Paint]
RUST = ("7A4A30", "8B5A3C", "9A6A48", "6B4433")


def pick(rng: Generator, among: Sequence[str]) -> str:
    """One of some words, all as likely."""
    return among[int(rng.integers(len(among)))]


def _u(rng: Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def tile(rng: Generator) -> Paint:
    """Clay or concrete tiles, in courses, some of them newer than others."""
    first = ("B5654A", "A4553C", "8E4B38", "C27C5C", "7C5546", "9B6B57", "6E6260", "B98A6C")
    shade = pick(rng, first)
    return Paint(
        near(shade, rng, 0.09),
        near(pick(rng, ("5C4A40", "7A5A48", "8A8272", "C08A66")), rng),
        blend=_u(rng, -2.2, -0.2),
        blend_m=_u(rng, 1.5, 7),
        grain=_u(rng, 0.05, 0.2),
        grain_m=_u(rng, 0.15, 0.35),
        cloud=_u(rng, 0.03, 0.15),
        course=_u(rng, 0.05, 0.3),
        course_m=_u(rng, 0.25, 0.4),
        rib=_u(rng, 0.0, 0.2),
        rib_m=_u(rng, 0.2, 0.33),
        sheet=_u(rng, 0.0, 0.12),
        sheet_u_m=0.33,
        sheet_v_m=0.36,
    )


def slate(rng: Generator) -> Paint:
    """Slates or dark shingles."""
    return Paint(
        near(pick(rng, ("565B63", "4A4C50", "6C6F75", "5E5650", "73706A")), rng),
        near(pick(rng, ("6D6A58", "3E4046", "84827C")), rng),
        blend=_u(rng, -2.5, -0.6),
        grain=_u(rng, 0.05, 0.16),
        grain_m=0.25,
        course=_u(rng, 0.0, 0.2),
        course_m=_u(rng, 0.2, 0.4),
        sheet=_u(rng, 0.0, 0.1),
        sheet_u_m=0.3,
        sheet_v_m=0.3,
        gloss=_u(rng, 0, 0.1),
    )


def metal(rng: Generator) -> Paint:
    """Corrugated sheets: bare, galvanised, painted or rusty."""
    bare = ("9AA0A6", "B4B8BC", "7F868C", "C8CCCE", "8C9296", "A8A49C")
    painted: tuple[str, ...] = (
        "2F6FB5",
        "3B82C4",
        "2A5A8C",
        "B03A34",
        "9C2F2C",
        "C24B40",
        "3F7A58",
        "5A8F6E",
    )
    painted += ("D8D8D2", "E6E6E2", "6A4A3A", "1F4E79", "8A3B30")
    old = rng.random() < 0.45
    return Paint(
        near(pick(rng, bare if rng.random() < 0.6 else painted), rng, 0.08),
        near(pick(rng, RUST), rng),
        blend=_u(rng, -1.3, 1.0) if old else _u(rng, -3.0, -1.6),
        blend_m=_u(rng, 0.8, 5.0),
        edge=_u(rng, 0.5, 1.4),
        grain=_u(rng, 0.02, 0.1),
        grain_m=_u(rng, 0.15, 0.6),
        cloud=_u(rng, 0.02, 0.14),
        cloud_m=_u(rng, 2, 10),
        rib=_u(rng, 0.03, 0.3),
        rib_m=pick_float(rng, (0.076, 0.2, 0.33, 0.5, 0.9)),
        sheet=_u(rng, 0.02, 0.3) if old else _u(rng, 0.0, 0.08),
        sheet_u_m=_u(rng, 0.7, 1.1),
        sheet_v_m=_u(rng, 1.8, 6.0),
        joint=_u(rng, 0, 0.2),
        gloss=_u(rng, 0, 0.45),
    )


def pick_float(rng: Generator, among: Sequence[float]) -> float:
    """One of some numbers, all as likely."""
    return among[int(rng.integers(len(among)))]


def concrete(rng: Generator) -> Paint:
    """A flat roof of concrete or screed: grey, stained by rain, dust and moss."""
    tones = ("9C978C", "B0AA9E", "857F76", "A39A8A", "C4BEB2", "8F8B86", "726E68", "AFA08A")
    return Paint(
        near(pick(rng, tones), rng, 0.07),
        near(pick(rng, ("4F4A42", "6A6254", "8A7C68", "5E6250", "C9C2B4")), rng),
        blend=_u(rng, -1.8, 0.5),
        blend_m=_u(rng, 1.0, 7.0),
        edge=_u(rng, 0.6, 2.0),
        grain=_u(rng, 0.03, 0.12),
        grain_m=_u(rng, 0.15, 0.5),
        cloud=_u(rng, 0.05, 0.22),
        cloud_m=_u(rng, 2, 8),
        sheet=_u(rng, 0, 0.06),
        sheet_u_m=_u(rng, 2, 5),
        sheet_v_m=_u(rng, 2, 5),
        joint=_u(rng, 0, 0.12),
    )


def membrane(rng: Generator) -> Paint:
    """Bitumen, gravel, white paint, brick paving or a green roof: what flat roofs wear."""
    tones: tuple[str, ...] = (
        "E4E2DC",
        "F0EFEA",
        "3F4042",
        "55565A",
        "6E6A64",
        "A09888",
        "D5CCBA",
        "EADFC8",
    )
    tones += ("9A4C3C", "A8563F", "8A9C6A", "C8B89A", "4F7F74", "BFC4C8")
    return Paint(
        near(pick(rng, tones), rng, 0.05),
        near(pick(rng, ("5C5850", "8C8476", "B8B0A2", "3C3A36")), rng),
        blend=_u(rng, -2.4, -0.3),
        blend_m=_u(rng, 1.5, 8.0),
        edge=_u(rng, 0.6, 1.6),
        grain=_u(rng, 0.02, 0.15),
        grain_m=_u(rng, 0.1, 0.4),
        cloud=_u(rng, 0.02, 0.12),
        sheet=_u(rng, 0, 0.05),
        sheet_u_m=1.0,
        sheet_v_m=_u(rng, 4, 12),
        joint=_u(rng, 0, 0.2),
    )


def thatch(rng: Generator) -> Paint:
    """Straw, palm or reed."""
    return Paint(
        near(pick(rng, ("8C7A5A", "A08C68", "6E6048", "776A55")), rng),
        near("5A4C3A", rng),
        blend=_u(rng, -1.5, 0.5),
        blend_m=1.5,
        grain=0.2,
        grain_m=0.25,
    )


def asphalt(rng: Generator) -> Paint:
    """A tarred road, patched and dusty."""
    return Paint(
        near(pick(rng, ("5A5A5C", "6E6C6A", "7C7974", "4A4A4C", "8A8680")), rng, 0.05),
        near(pick(rng, ("9A8F7C", "4A4848", "A89C86")), rng),
        blend=_u(rng, -2.5, -0.2),
        blend_m=_u(rng, 2, 10),
        edge=_u(rng, 0.8, 2.0),
        grain=_u(rng, 0.03, 0.1),
        grain_m=0.2,
        cloud=_u(rng, 0.04, 0.12),
    )


def paving(rng: Generator) -> Paint:
    """Concrete slabs, bricks or cobbles on the ground."""
    tones = ("A8A296", "BDB7AA", "948D82", "A67A64", "B58E72", "8F6A58", "CFC8BA", "7E7A74")
    return Paint(
        near(pick(rng, tones), rng, 0.06),
        near(pick(rng, ("6E675C", "857A68", "5E5A52")), rng),
        blend=_u(rng, -2.2, -0.1),
        blend_m=_u(rng, 1.5, 8),
        edge=_u(rng, 0.5, 1.5),
        grain=_u(rng, 0.04, 0.13),
        grain_m=_u(rng, 0.15, 0.4),
        cloud=_u(rng, 0.05, 0.18),
        sheet=_u(rng, 0, 0.1),
        sheet_u_m=_u(rng, 0.4, 4),
        sheet_v_m=_u(rng, 0.4, 4),
        joint=_u(rng, 0, 0.22),
    )


def soil(rng: Generator) -> Paint:
    """Bare earth, sand or dust with tufts of grass."""
    tones = (
        "A48E70",
        "B8A484",
        "8C7660",
        "C4B498",
        "9A7A5C",
        "D2C6AE",
        "A8684A",
        "7A6856",
        "B0A494",
    )
    weeds = ("6E7444", "8A8454", "5C6438", "77664C", "94866E")
    return Paint(
        near(pick(rng, tones), rng, 0.06),
        near(pick(rng, weeds), rng, 0.08),
        blend=_u(rng, -1.8, 0.8),
        blend_m=_u(rng, 1.5, 12),
        edge=_u(rng, 0.6, 2.0),
        grain=_u(rng, 0.05, 0.2),
        grain_m=_u(rng, 0.15, 0.6),
        cloud=_u(rng, 0.06, 0.2),
        cloud_m=_u(rng, 3, 15),
    )


def grass(rng: Generator) -> Paint:
    """Lawn, meadow or weeds, from lush to burnt."""
    tones = ("5E7A3A", "6E8A44", "7C8450", "4C6A34", "8A8A58", "9A8E60", "3F5E30", "88955A")
    return Paint(
        near(pick(rng, tones), rng, 0.09),
        near(pick(rng, ("8C7A56", "4A5E30", "A09468", "3E5230", "6E6A48")), rng, 0.08),
        blend=_u(rng, -1.5, 0.8),
        blend_m=_u(rng, 1.0, 10),
        edge=_u(rng, 0.7, 2.0),
        grain=_u(rng, 0.08, 0.3),
        grain_m=_u(rng, 0.2, 0.6),
        cloud=_u(rng, 0.05, 0.2),
        cloud_m=_u(rng, 2, 10),
    )


def crop(rng: Generator) -> Paint:
    """A field or a bed with rows."""
    soils = ("8A7458", "6E5C46", "A08C6C")
    greens = ("5E7A3A", "7A9048", "486430", "A6A05A", "8E9450", "B8A868")
    return Paint(
        near(pick(rng, greens), rng, 0.09),
        near(pick(rng, soils), rng),
        blend=_u(rng, -1.5, 1.2),
        blend_m=_u(rng, 1, 8),
        edge=_u(rng, 0.6, 1.6),
        grain=_u(rng, 0.1, 0.3),
        grain_m=_u(rng, 0.2, 0.5),
        rib=_u(rng, 0.0, 0.5),
        rib_m=_u(rng, 0.5, 2.5),
    )


def water(rng: Generator) -> Paint:
    """A pond, a river or a basin; a pool where it is blue."""
    return Paint(
        near(pick(rng, ("2A3A38", "3C4A40", "55614E", "2E4A5A", "6A6A50", "1E2A30")), rng, 0.08),
        near("4E5E48", rng),
        blend=_u(rng, -2.5, -0.5),
        blend_m=_u(rng, 3, 12),
        grain=0.03,
        cloud=0.06,
        gloss=_u(rng, 0, 0.4),
    )


def pool(rng: Generator) -> Paint:
    """Clear water over tiles."""
    return Paint(near(pick(rng, ("5CC0D0", "4AA8C8", "6CC8C0")), rng), linear("E0F0F0"), grain=0.03)


def rubble(rng: Generator) -> Paint:
    """A building site, a heap of bricks or a dump."""
    return Paint(
        near(pick(rng, ("A09080", "A87C66", "8C8478", "9A9088")), rng),
        near(pick(rng, ("C8C2B8", "6A6058", "7A6A58", "7A8490")), rng),
        blend=_u(rng, -1.4, 0.2),
        blend_m=_u(rng, 0.8, 5),
        edge=_u(rng, 0.8, 1.8),
        grain=_u(rng, 0.15, 0.35),
        grain_m=_u(rng, 0.2, 0.5),
        cloud=0.15,
    )


def leaves(rng: Generator) -> Paint:
    """A crown: dark to light green, sometimes dry or in flower."""
    tones = ("3E5A2A", "4C6A30", "5A7A38", "344A26", "6A7A40", "2E4426", "7A8048", "8A7A4C")
    return Paint(
        near(pick(rng, tones), rng, 0.09),
        near(pick(rng, ("6E8440", "28381E", "5C6E38")), rng, 0.07),
        blend=_u(rng, -1.2, 0.6),
        blend_m=_u(rng, 0.8, 2.5),
        edge=1.0,
        grain=_u(rng, 0.15, 0.4),
        grain_m=_u(rng, 0.2, 0.5),
        rough=1.0,
    )


def panels(rng: Generator) -> Paint:
    """Photovoltaic modules."""
    return Paint(
        near(pick(rng, ("1E2A44", "182034", "2A3656", "141A26")), rng),
        linear("000000"),
        grain=0.02,
        sheet=0.08,
        sheet_u_m=1.0,
        sheet_v_m=1.65,
        joint=0.6,
        gloss=0.3,
    )


ROOFS: Mapping[str, Maker] = MappingProxyType(
    {
        "tile": tile,
        "slate": slate,
        "metal": metal,
        "concrete": concrete,
        "membrane": membrane,
        "thatch": thatch,
    }
)
GROUNDS: Mapping[str, Maker] = MappingProxyType(
    {
        "asphalt": asphalt,
        "paving": paving,
        "soil": soil,
        "grass": grass,
        "crop": crop,
        "water": water,
        "rubble": rubble,
    }
)
