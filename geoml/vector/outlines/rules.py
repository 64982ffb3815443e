"""What an outline must be like, in metres and square metres."""

from __future__ import annotations

from dataclasses import dataclass

from geoml.errors import InvalidArgument

SIMPLIFY_PX = 0.75


@dataclass(frozen=True, slots=True)
class Rules:
    """How outlines are cleaned; every length in metres, every area in square metres.

    A shape smaller than ``min_area_m2`` is dropped, a hole smaller than ``min_hole_m2`` filled.
    ``simplify_m`` is how far a line may leave the edge of the pixels, by default 0.75 of a pixel.
    Bodies part where the neck between them is narrower than ``neck_m``, and along a valley of the
    probability when on both sides ``core_m2`` are surer than it; 0 parts none.
    With ``regularise`` corners become square where that keeps to the shape that was seen.
    """

    min_area_m2: float = 4.0
    min_hole_m2: float = 4.0
    simplify_m: float | None = None
    neck_m: float = 1.5
    core_m2: float = 7.5
    regularise: bool = True

    def __post_init__(self) -> None:
        """Refuse lengths and areas below 0."""
        lengths = (self.simplify_m or 0.0, self.neck_m)
        areas = (self.min_area_m2, self.min_hole_m2, self.core_m2)
        if not all(0 <= one < float("inf") for one in (*lengths, *areas)):
            raise InvalidArgument(
                "not rules for outlines", expected="lengths and areas of 0 or more", got=str(self)
            )

    def tolerance_m(self, pixel_m: float) -> float:
        """How far a line may leave the edge of the pixels, for pixels of this side."""
        return SIMPLIFY_PX * pixel_m if self.simplify_m is None else self.simplify_m
