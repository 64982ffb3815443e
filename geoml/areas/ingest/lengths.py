"""In which unit a raster of heights or depths is."""

from __future__ import annotations

from geoml.errors import InvalidArgument

US_FOOT = 1200 / 3937
_METRES = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("ft", "foot", "feet", "international foot"), 0.3048),
    **dict.fromkeys(
        ("us-ft", "ft-us", "ftus", "us survey foot", "us survey feet", "foot us"), US_FOOT
    ),
    **dict.fromkeys(("dm", "decimetre", "decimetres", "decimeter", "decimeters"), 0.1),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), 0.01),
    **dict.fromkeys(("mm", "millimetre", "millimetres", "millimeter", "millimeters"), 0.001),
}


def metres_in(tag: str) -> float | None:
    """Metres in one unit of that name; None for a name that is no unit of length known here."""
    return _METRES.get(" ".join(tag.strip().strip("[]").lower().replace("_", " ").split()))


def named(key: str, text: str) -> str:
    """The unit of length that a caller gave; raises InvalidArgument for anything else."""
    if metres_in(text) is None:
        raise InvalidArgument(
            "not a unit of length",
            where=f"--unit {key}={text}"[:80],
            expected="m, ft (international), us-ft (US survey foot), dm, cm or mm",
        )
    return text


def note(tag: str) -> list[str]:
    """What an ingestion says of the unit taken; nothing where the file says metres."""
    metres = metres_in(tag)
    if metres is None:
        told = f"unit {tag!r} is not known" if tag.strip() else "no unit in the file"
        return [f"{told}: taken as m (in feet or centimetres? --unit KEY=ft, KEY=cm)"]
    return [] if metres == 1.0 else [f"{tag} brought to m"]
