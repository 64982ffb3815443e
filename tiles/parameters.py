"""Parameters of the tile routes: every one bounded, and no other taken."""

# No postponed annotations here: FastAPI could not see the closures that they name.
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import Path, Query, Request

from geoml.errors import InvalidArgument
from tiles.grids import MAX_ZOOM, WEB, no_such_tile, offered, tile_grid
from tiles.layers import Layer

Resolve = Callable[..., Awaitable[Layer]]
MAX_SIDE = 1024
_LAST = (1 << MAX_ZOOM) - 1
LayerId = Annotated[str, Path(max_length=200, description="Id of a layer; GET /areas lists them.")]
Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM)]
Column = Annotated[int, Path(ge=0, le=_LAST)]
Row = Annotated[int, Path(ge=0, le=_LAST)]
GridName = Annotated[
    Literal["WebMercatorQuad", "WorldCRS84Quad", "EuropeanETRS89_LAEAQuad", "LAMB93"],
    Path(alias="tileMatrixSetId", description="One of the tile grids that are offered."),
]
Style = Annotated[str | None, Query(max_length=40, description="One of the layer's styles.")]
Side = Annotated[int, Query(ge=1, le=MAX_SIDE, description="Pixels a side.")]
Ramp = Annotated[
    Literal["cividis", "greys", "inferno", "magma", "plasma", "viridis"],
    Query(description="Colours of the range, low to high."),
]
Range = Annotated[
    str,
    Query(
        max_length=40,
        pattern=r"^-?\d{1,9}(\.\d{1,6})?,-?\d{1,9}(\.\d{1,6})?$",
        description="The values of the first and the last colour, as in 0,100.",
    ),
]


def only(*known: str) -> Callable[..., Awaitable[None]]:
    """A dependency that refuses tiles that are not there, and every parameter but ``known``."""

    async def check(request: Request) -> None:
        unknown = sorted(set(request.query_params) - set(known))
        if unknown:
            raise InvalidArgument(
                "unknown query parameter",
                where=request.url.path[:120],
                expected=" or ".join(known),
                got=unknown[0][:60],
                next_step="leave it out",
            )
        told = request.path_params
        name = str(told.get("tileMatrixSetId", WEB))
        if "z" in told and name in offered().list():
            tile_grid(name, *(_number(str(told[part])) for part in "zxy"))

    return check


def check_tile(z: int, x: int, y: int) -> None:
    """Raise OutsideData for a tile that the web map's grid does not have."""
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise no_such_tile(z, x, y)


def ends(rescale: str) -> tuple[float, float]:
    """Both ends of a range; raises InvalidArgument where it holds nothing."""
    low, high = map(float, rescale.split(","))
    if not low < high:
        raise InvalidArgument(
            "a range that holds nothing",
            where="rescale",
            expected="the lower value first, as in 0,100",
            got=rescale,
        )
    return low, high


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
