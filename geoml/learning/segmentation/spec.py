"""What a segmentation model needs of its pictures, as its manifest says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geoml.errors import CorruptFile, OutOfRange

MODEL = "model.onnx"
FINEST_M = 0.01
"""Below a centimetre a pixel size is a mistake of the georeference, not a picture from the air."""
_SLACK = 1.2


@dataclass(frozen=True, slots=True)
class Spec:
    """One model's manner of seeing.

    ``gsd_m`` is the ground sampling distance in metres that pictures are brought to;
    ``gsd_range_m`` are the finest and the coarsest that it learned from. Sides of what the net
    sees are multiples of ``stride`` pixels; ``halo_px`` pixels around a window decide on its edge.
    ``threshold`` makes a class of a probability. ``sha256`` is the digest of the model's file.
    """

    gsd_m: float
    gsd_range_m: tuple[float, float]
    stride: int
    halo_px: int
    threshold: float = 0.5
    classes: tuple[str, ...] = ("background", "roof")
    sha256: str = ""

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Spec:
        """The part ``segmentation`` of a manifest; raises CorruptFile where it is none."""
        try:
            told = manifest["segmentation"]
            finest, coarsest = (float(value) for value in told["gsd_range_m"])
            return cls(
                gsd_m=float(told["gsd_m"]),
                gsd_range_m=(finest, coarsest),
                stride=int(told["stride"]),
                halo_px=int(told["halo_px"]),
                threshold=float(told["threshold"]),
                classes=tuple(told["classes"]),
                sha256=str(manifest["files"][MODEL]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptFile(
                "not the manifest of a segmentation model",
                where=str(manifest.get("service", "manifest.json")),
                expected="segmentation: gsd_m, gsd_range_m, stride, halo_px, threshold, classes",
                got=f"{type(error).__name__}: {error}",
                next_step="train and export the model again",
            ) from error

    def check_gsd(self, gsd_m: float, where: str = "") -> None:
        """Raise OutOfRange for a picture too coarse to show its objects, or impossibly fine.

        Finer pictures than the model learned from are averaged down, so only a pixel below
        ``FINEST_M`` is refused; a coarser one cannot be made to show more, beyond 20 %.
        """
        coarsest = self.gsd_range_m[1]
        if FINEST_M <= gsd_m <= coarsest * _SLACK:
            return
        raise OutOfRange(
            "the size of its pixels on the ground does not suit the model",
            where=where,
            expected=f"{FINEST_M:g} to {coarsest:g} m per pixel",
            got=f"{gsd_m:.3g} m per pixel",
            next_step="check its coordinate reference system, or give a sharper picture",
        )

    def working_gsd(self, gsd_m: float) -> float:
        """Metres per pixel to work at: the picture's own within 20 % of the model's, else that."""
        near = self.gsd_m / _SLACK <= gsd_m <= self.gsd_m * _SLACK
        return gsd_m if near else self.gsd_m
