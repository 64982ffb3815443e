"""The georeference that lies beside a JPEG or PNG, read by us and not by GDAL.

GDAL follows an ``.aux.xml`` to masks and overviews of any format at any address. From a file
that a stranger hands in we take two facts only: the CRS and the six numbers of the transform.
"""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError

_LARGEST = 1 << 20
_WORLD = {".jpg": ".jgw", ".jpeg": ".jgw", ".png": ".pgw", ".tif": ".tfw"}


def georeference(path: Path) -> tuple[str | None, Affine | None]:
    """(CRS as WKT, transform) of an image from its ``.aux.xml``, else its world file and ``.prj``.

    Either is None where nothing readable says it.
    """
    crs, transform = _from_pam(path.with_name(path.name + ".aux.xml"))
    return crs or _from_prj(path), transform or _from_world(path)


def _text(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # not ours to read: the same as not there
        return None


def _from_pam(path: Path) -> tuple[str | None, Affine | None]:
    text = _text(path)
    # No GDAL writes a DOCTYPE; entity bombs need one.
    if text is None or "<!DOCTYPE" in text:
        return None, None
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None, None
    numbers = _numbers((root.findtext("GeoTransform") or "").replace(",", " "))
    transform = Affine.from_gdal(*numbers) if numbers else None
    return _wkt(root.findtext("SRS")), transform


def _from_world(path: Path) -> Affine | None:
    for suffix in (_WORLD.get(path.suffix.lower(), ".wld"), ".wld"):
        numbers = _numbers(_text(path.with_suffix(suffix)) or "")
        if numbers:
            a, d, b, e, x, y = numbers  # x, y: the centre of the first pixel
            return Affine(a, b, x - (a + b) / 2, d, e, y - (d + e) / 2)
    return None


def _from_prj(path: Path) -> str | None:
    return _wkt(_text(path.with_suffix(".prj")))


def _wkt(text: str | None) -> str | None:
    try:
        return CRS.from_user_input(text).to_wkt() if text else None
    except CRSError:
        return None


def _numbers(text: str) -> list[float] | None:
    try:
        numbers = [float(word) for word in text.split()]
    except ValueError:
        return None
    return numbers if len(numbers) == 6 and all(map(math.isfinite, numbers)) else None
