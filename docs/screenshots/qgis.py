"""Draw the demo town in QGIS, as docs/gis-clients.md tells people to add it.

Usage: python docs/screenshots/qgis.py [ADDRESS [SERVICE]]
Needs Debian's python3-qgis; the server runs.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from PIL import Image

HERE = Path(__file__).parent
LOOK = HERE.parent.parent / "tests" / "clients" / "qgis_look.py"


def main(address: str = "http://127.0.0.1:8000", service: str = "") -> None:
    """Write qgis-units.png and qgis-score.png beside this file."""
    with urlopen(f"{address}/areas") as answer:
        areas = json.load(answer)["areas"]
    editions = [one for area in areas if area["id"] == "demo" for one in area["editions"]]
    edition = next(one for one in editions if service in ("", one["service"]))
    units, score = f"{edition['service']}-demo", f"{edition['service']}-demo-score"
    file = next(one["href"] for one in edition["files"] if one["name"] == "score.tif")
    box = next(one["bounds"] for one in edition["layers"] if one["name"] == "score")
    with tempfile.TemporaryDirectory() as folder:

        def style(path: str) -> str:
            found = Path(folder, path.replace("/", "-"))
            with urlopen(address + path) as answer:
                found.write_bytes(answer.read())
            return str(found)

        relief = {
            "kind": "raster",
            "provider": "wms",
            "source": "crs=EPSG:3857&format=image/webp&layers=base-demo&styles=default"
            f"&tileMatrixSet=WebMercatorQuad&url={address}/wmts/1.0.0/WMTSCapabilities.xml",
        }
        features = {
            "kind": "vector",
            "provider": "OAPIF",
            "source": f" url='{address}' typename='{units}' pageSize='1000'",
            "style": style(f"/collections/{units}/styles/score.qml"),
        }
        raster = {
            "kind": "raster",
            "provider": "gdal",
            "source": f"/vsicurl/{address}{file}",
            "style": style(f"/styles/{score}.qml"),
        }
        draw("qgis-units.png", [features, relief], box)
        draw("qgis-score.png", [raster], box)


def draw(name: str, layers: list[dict[str, str]], box: list[float]) -> None:
    """One picture of layers, the first on top."""
    picture = {"path": str(HERE / name), "size": [900, 725], "box": box}
    subprocess.run(
        ["/usr/bin/python3", LOOK],
        input=json.dumps({"layers": layers, "picture": picture}),
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    Image.open(HERE / name).quantize(128).save(HERE / name, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
