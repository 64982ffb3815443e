"""A default TiTiler, in the environment of the peer: ``uvicorn titiler_app:app``.

The factory as it comes, with our five palettes as named colour maps and our national grid, so that
both sides draw the same pictures. ``GEOML_BENCH_COLOURS`` is a JSON file: name -> 256 colours.
"""

import json
import os
from pathlib import Path

from fastapi import FastAPI
from morecantile import TileMatrixSet, TileMatrixSets, tms
from pyproj import CRS
from rio_tiler.colormap import cmap
from titiler.core.dependencies import create_colormap_dependency
from titiler.core.errors import DEFAULT_STATUS_CODES, add_exception_handlers
from titiler.core.factory import TilerFactory

told = json.loads(Path(os.environ["GEOML_BENCH_COLOURS"]).read_text(encoding="utf-8"))
ours = {
    f"ours_{name}": {index: tuple(colour) for index, colour in enumerate(colours)}
    for name, colours in told["palettes"].items()
}
france = TileMatrixSet.custom(
    told["extent"], CRS.from_epsg(2154), minzoom=0, maxzoom=18, id="LAMB93"
)
grids = TileMatrixSets({"WebMercatorQuad": tms.get("WebMercatorQuad"), "LAMB93": france})
app = FastAPI()
app.include_router(
    TilerFactory(
        supported_tms=grids, colormap_dependency=create_colormap_dependency(cmap.register(ours))
    ).router
)
add_exception_handlers(app, DEFAULT_STATUS_CODES)
