"""Downloads of whole collections: made when first asked for, kept beside the editions for a while.

What an edition has published already (its GeoJSON, its GeoParquet) is given as it is. The others
lie in the home's cache, one folder an edition; the longest unused go when it grows too large.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import geopandas

from geoml import editions
from geoml.catalog.collections import Collection
from geoml.catalog.derived import FEATURES, UNITS
from geoml.errors import OversizedExport
from geoml.files import alone
from geoml.paths import Home
from geoml.vector.export import FORMATS, write_export

MOST_FEATURES = 2_000_000
"""A file of more is larger than what people open: rasters are for cells by the million."""
CACHE_BYTES = 4 << 30
_CHUNK = 20_000
_FOLDER = "exports"
_PUBLISHED = {"geojson": FEATURES, "geoparquet": UNITS}


def export(home: Home, collection: Collection, form: str) -> Path:
    """The file of a collection in one of ``FORMATS``, complete, made now or before.

    Safe in several threads and processes: the second one waits for the first.

    Raises:
        InvalidArgument: Another format.
        OversizedExport: More than ``MOST_FEATURES`` features.
    """
    ref = editions.find(home, collection.service, collection.area, collection.edition)
    if collection.kind == "units" and collection.section.kinds is None and form in _PUBLISHED:
        published = ref.folder / _PUBLISHED[form]
        if published.is_file():
            return published
    if len(collection) > MOST_FEATURES:
        raise OversizedExport(
            "too many features for one file",
            where=collection.id,
            expected=f"at most {MOST_FEATURES:,}",
            got=f"{len(collection):,}",
            next_step="download the score as GeoTIFF, or ask for a part: /items with a bbox",
        )
    suffix = FORMATS[form].suffix if form in FORMATS else ""
    cache = home.cache(collection.service, collection.area) / ref.id / _FOLDER
    label = collection.section.label
    path = cache / f"{collection.service}-{collection.area}-{label}{suffix}"
    with alone(cache, wait=True):
        if not path.is_file():
            layer = f"{collection.service}_{collection.kind}"
            write_export(
                path, form, lambda: _pages(collection), lambda: _frames(collection), layer=layer
            )
            prune(home, keep=path)
        os.utime(path)  # the clock of the last use: access times are often switched off
    return path


def prune(home: Home, *, keep: Path | None = None, limit: int = CACHE_BYTES) -> tuple[Path, ...]:
    """Delete the exports that were not used for longest until ``limit`` bytes are left.

    Who is reading one keeps what he has open. ``keep`` stays whatever its size.
    """
    found = []
    for path in (home.root / "cache").glob(f"*/*/*/{_FOLDER}/[!.]*"):
        told = path.stat()
        found.append((told.st_mtime_ns, told.st_size, path))
    left, gone = sum(size for _, size, _ in found), []
    for _, size, path in sorted(found):
        if left > limit and path != keep:
            path.unlink(missing_ok=True)
            left -= size
            gone.append(path)
    return tuple(gone)


def _pages(collection: Collection) -> Iterator[bytes]:
    for first in range(0, len(collection), _CHUNK):
        yield collection.page(slice(first, first + _CHUNK))


def _frames(collection: Collection) -> Iterator[geopandas.GeoDataFrame]:
    for first in range(0, max(len(collection), 1), _CHUNK):
        yield collection.frame(slice(first, first + _CHUNK))
