"""The STAC item of an edition: what it covers, which files, which model made it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pystac

from geoml import clock
from geoml.areas.area import Area
from geoml.contract import Service
from geoml.files import sha256, write_json

MEDIA = {
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    ".parquet": "application/vnd.apache.parquet",
    ".pmtiles": "application/vnd.pmtiles",
}
FILE_EXTENSION = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
PROJECTION_EXTENSION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"


def edition_item(folder: Path, service: Service, area: Area, about: dict[str, Any]) -> None:
    """Write ``edition.json`` for the files that lie in ``folder``.

    The time is that of the observation, so the same inputs give the same bytes. When no source
    has a date it is that of publishing, and ``geoml:date_unknown`` says so.
    """
    west, south, east, north = area.grid.lonlat_bounds()
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    observed = about["date"]
    moment = datetime.fromisoformat(observed) if observed else clock.now()
    item = pystac.Item(
        id=f"{service.name}-{area.id}",
        geometry={"type": "Polygon", "coordinates": [ring]},
        bbox=[west, south, east, north],
        datetime=moment.replace(tzinfo=UTC),
        properties={
            "title": f"{service.title.en}, {area.name}",
            "proj:code": area.crs,
            "proj:shape": list(area.grid.shape),
            "proj:transform": list(area.grid.transform)[:6],
            "geoml:service": service.name,
            "geoml:area": area.id,
            "geoml:model": about["model"],
            "geoml:reference": about["reference"],
            "geoml:features": about["features_used"],
            "geoml:synthetic": about["synthetic"],
            "geoml:date_unknown": observed is None,
        },
        stac_extensions=[FILE_EXTENSION, PROJECTION_EXTENSION],
    )
    for path in sorted(folder.iterdir()):
        asset = pystac.Asset(
            href=f"./{path.name}",
            media_type=MEDIA.get(path.suffix),
            roles=["tiles" if path.suffix == ".pmtiles" else "data"],
            extra_fields={"file:checksum": f"1220{sha256(path)}", "file:size": path.stat().st_size},
        )
        item.add_asset(path.stem, asset)
    write_json(folder / "edition.json", item.to_dict(include_self_link=False))
