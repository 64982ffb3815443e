"""TiTiler on catalogue layers: any tile in any format, previews; an id is the only source.

What TiTiler can do and a public service must not is left out: ``url``, ``expression``,
``algorithm``, colour maps and CRSs from the query (GDAL resolves a CRS that looks like an address
or a path by opening it), sizes without a bound.
"""

# No postponed annotations here: FastAPI could not see the closures that they name.
from collections.abc import Callable
from typing import Annotated, Any

import rasterio
from attrs import define
from fastapi import APIRouter, Depends, Query, Response
from rio_tiler.models import ImageData
from titiler.core.dependencies import DefaultDependency
from titiler.core.factory import TilerFactory
from titiler.core.resources.enums import ImageType
from titiler.core.utils import render_image

from tiles.grids import offered
from tiles.layers import Layer
from tiles.parameters import MAX_SIDE, Resolve, Side, Style, only
from tiles.pool import GDAL
from tiles.reader import CogReader, web_cog_of

Colours = dict[int, tuple[int, int, int, int]]
Drawing = Callable[[ImageData], ImageData]


@define(kw_only=True)
class LayerTiler(TilerFactory):
    """The tile and preview routes of TiTiler over the web COG of a layer."""

    def register_routes(self) -> None:
        """Tiles and previews only; what reads values is in ``tiles.values``."""
        self.tile()  # type: ignore[no-untyped-call]
        self.preview()

    def preview(self) -> None:
        """Register ``/preview.{format}``: the whole layer, at most 1,024 pixels a side."""

        @self.router.get("/preview.{format}", response_class=Response, summary="Whole layer")
        def preview(
            format: ImageType,
            path: Annotated[str, Depends(self.path_dependency)],
            draw: Annotated[Drawing | None, Depends(self.process_dependency)],
            colours: Annotated[Colours, Depends(self.colormap_dependency)],
            max_size: Annotated[int, Query(ge=1, le=MAX_SIDE)] = 512,
        ) -> Response:
            with rasterio.Env(**GDAL), self.reader(path) as reader:
                image = reader.preview(max_size=max_size)
            image = draw(image) if draw else image
            content, media_type = self.render_func(image, output_format=format, colormap=colours)
            return Response(content, media_type=media_type)


def build(resolve: Resolve) -> APIRouter:
    """Routes under ``/tiles/{layer}``; ``resolve`` is the dependency that finds the layer."""

    async def path(layer: Annotated[Layer, Depends(resolve)]) -> str:
        return web_cog_of(layer)

    def colours(
        layer: Annotated[Layer, Depends(resolve)], style: Style = None, tilesize: Side = 256
    ) -> Colours:
        del tilesize  # its bound is what it is declared for
        rows = layer.palette(style).tolist()
        return {index: (red, green, blue, a) for index, (red, green, blue, a) in enumerate(rows)}

    def draw(layer: Annotated[Layer, Depends(resolve)]) -> Any:  # noqa: ANN401 - see TilerFactory
        return _drawing(layer) if layer.draw is not None else None

    factory = LayerTiler(
        router=APIRouter(dependencies=[Depends(only("style", "tilesize", "max_size"))]),
        router_prefix="/tiles/{layer}",
        name="layer",
        reader=CogReader,
        path_dependency=path,
        layer_dependency=DefaultDependency,
        dataset_dependency=DefaultDependency,
        tile_dependency=DefaultDependency,
        render_dependency=DefaultDependency,
        process_dependency=draw,
        colormap_dependency=colours,
        environment_dependency=lambda: GDAL,
        render_func=_rendered,
        supported_tms=offered(),
        add_viewer=False,
        add_part=False,
    )
    router: APIRouter = factory.router
    return router


def _rendered(image: ImageData, **options: Any) -> tuple[bytes, str]:  # noqa: ANN401 - see TilerFactory
    """As TiTiler, with the registered type of a JPEG (RFC 2046, 4.2), whatever its suffix."""
    content, media_type = render_image(image, **options)
    return content, media_type.replace("image/jpg", "image/jpeg")


def _drawing(layer: Layer) -> Drawing:
    def apply(image: ImageData) -> ImageData:
        if layer.draw is not None:
            image.array[0] = layer.draw(image.array[0].filled(0), 0, 0, 0)
        return image

    return apply
