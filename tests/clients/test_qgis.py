"""QGIS shows our legend: the layers as a GIS officer adds them, with the styles that are served."""

import json

import numpy as np
import pytest
from PIL import Image

from geoml.contract import LAYERS
from geoml.lifecycle.web import FLAG, palette_of
from geoml.raster.coding import applicability_index, score_index

pytestmark = pytest.mark.slow

SCORES = [0.0, 19.875, 20.0, 39.9, 40.0, 60.0, 79.99, 80.0, 100.0]
RATIOS = [0.0, 1.0, 1.25, 9.0]


@pytest.fixture
def styled(get, tmp_path):
    """A served style as a file, as QGIS wants it."""

    def fetch(path):
        file = tmp_path / path.strip("/").replace("/", "-")
        file.write_bytes(get(path))
        return str(file)

    return fetch


def on_the_map(service, style, values):
    index = (applicability_index if style == FLAG else score_index)(np.array(values, np.float32))
    return palette_of(service, style)[index].tolist()


@pytest.mark.parametrize("style", LAYERS)
def test_rasters_have_the_colours_of_the_map(qgis, styled, address, score_file, service, style):
    values = RATIOS if style == FLAG else SCORES
    file = score_file.replace("score.tif", f"{style}.tif")
    (answer,) = qgis(
        [
            {
                "kind": "raster",
                "provider": "gdal",
                "source": f"/vsicurl/{address}{file}",
                "style": styled(f"/styles/{service.name}-town-{style}.qml"),
                "values": values,
            }
        ]
    )
    assert answer["valid"], answer
    assert answer["styled"], answer
    assert answer["colours"] == on_the_map(service, style, values)
    if style != FLAG:
        words = [one.en for one in service.legend.labels]
        assert answer["classes"] == [
            [word, colour] for word, colour in zip(words, service.legend.colours, strict=True)
        ]


@pytest.mark.parametrize("suffix", ["", "-cells"])
def test_features_have_the_colours_of_the_map(qgis, styled, get, address, service, suffix):
    name = f"{service.name}-town{suffix}"
    layer = {
        "kind": "vector",
        "provider": "OAPIF",
        "source": f" url='{address}' typename='{name}' pageSize='1000'",
        "values": SCORES,
    }
    path = f"/collections/{name}/styles/score"
    by_qml, by_sld = qgis(
        [
            {**layer, "style": styled(f"{path}.qml")},
            {**layer, "style": styled(f"{path}.sld")},
        ]
    )
    for answer in (by_qml, by_sld):
        assert answer["valid"], answer
        assert answer["styled"], answer
        assert answer["count"] == json.loads(get(f"/collections/{name}"))["numberOfFeatures"]
        assert [one[1] for one in answer["classes"]] == list(service.legend.colours)
    assert by_qml["colours"] == on_the_map(service, "score", SCORES)


def test_pictures_have_no_colours_but_those_of_the_legend(
    qgis, styled, get, address, tmp_path, service, score, score_file
):
    """Files, features, vector tiles, WMTS and XYZ, each drawn in the colours of the legend."""
    told = json.loads(get(f"/tiles/{score}/tilejson.json"))
    box = told["bounds"]
    units = f"/collections/{service.name}-town"
    ways = {
        "file": {
            "kind": "raster",
            "provider": "gdal",
            "source": f"/vsicurl/{address}{score_file}",
            "style": styled(f"/styles/{score}.qml"),
        },
        "features": {
            "kind": "vector",
            "provider": "OAPIF",
            "source": f" url='{address}' typename='{service.name}-town' pageSize='1000'",
            "style": styled(f"{units}/styles/score.qml"),
        },
        "tiles": {
            "kind": "tiles",
            "source": f"type=xyz&url={address}{units}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}"
            "&zmin=8&zmax=14",
            "style": styled(f"{units}/styles/score.json"),
        },
        "wmts": {
            "kind": "raster",
            "provider": "wms",
            "source": f"crs=EPSG:3857&format=image/png&layers={score}&styles=default"
            f"&tileMatrixSet=WebMercatorQuad&url={address}/wmts/1.0.0/WMTSCapabilities.xml",
        },
        "xyz": {
            "kind": "raster",
            "provider": "wms",
            "source": f"type=xyz&url={address}/tiles/{score}/%7Bz%7D/%7Bx%7D/%7By%7D.png"
            f"&zmin=0&zmax={told['maxzoom']}",
        },
    }
    legend = {tuple(bytes.fromhex(one[1:])) for one in service.legend.colours}
    for name, layer in ways.items():
        path = tmp_path / f"{name}.png"
        (answer,) = qgis([layer], {"path": str(path), "size": [600, 600], "box": box})
        assert answer["valid"], (name, answer)
        assert answer["styled"], (name, answer)
        image = Image.open(path).convert("RGB")
        shares = {colour: count / 360_000 for count, colour in image.getcolors(1 << 20)}
        ours = {colour for colour in shares if colour in legend}
        assert len(ours) >= 2, (name, shares)
        # QGIS softens the edges of vector tiles and magnified tiles: colours between two there.
        least = 0.8 if name in {"tiles", "wmts", "xyz"} else 0.95
        assert sum(shares.get(one, 0) for one in (*legend, (255, 255, 255))) > least, (name, shares)
