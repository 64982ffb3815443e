"""Run by the Python that has QGIS: load layers with styles, say what is drawn, draw a picture.

Reads a JSON document on standard input: ``layers``, each with ``kind`` (``raster``, ``vector``,
``tiles``), ``provider``, ``source``, perhaps ``style`` (a .qml, .sld or MapLibre .json file) and
``values`` whose colours are wanted; ``picture``, perhaps, with ``path``, ``size`` and ``box`` in
degrees. Writes a JSON list, one entry a layer.
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsGraduatedSymbolRenderer,
    QgsMapBoxGlStyleConverter,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

WEB = QgsCoordinateReferenceSystem("EPSG:3857")


def opened(asked):
    """The layer of one entry, and what its style said."""
    if asked["kind"] == "tiles":
        layer = QgsVectorTileLayer(asked["source"], "tiles")
    else:
        make = QgsRasterLayer if asked["kind"] == "raster" else QgsVectorLayer
        layer = make(asked["source"], asked["kind"], asked["provider"])
    style = asked.get("style", "")
    if style.endswith(".qml"):
        message, fine = layer.loadNamedStyle(style)
    elif style.endswith(".sld"):
        message, fine = layer.loadSldStyle(style)
    elif style.endswith(".json"):
        message, fine = converted(layer, style)
    else:
        message, fine = "", True
    return layer, {"valid": layer.isValid(), "styled": bool(fine), "message": message}


def converted(layer, path):
    """Draw vector tiles by a MapLibre style; what QGIS could not take is in the message."""
    converter = QgsMapBoxGlStyleConverter()
    done = converter.convert(json.loads(Path(path).read_text(encoding="utf-8")))
    layer.setRenderer(converter.renderer())
    warnings = converter.warnings()
    return "; ".join(warnings), done == QgsMapBoxGlStyleConverter.Success and not warnings


def said(layer, asked):
    """What QGIS made of a layer: its renderer, classes, and the colours of the wanted values."""
    renderer, values = layer.renderer(), [float(value) for value in asked.get("values", [])]
    found = {"renderer": renderer.type(), "crs": layer.crs().authid()}
    if asked["kind"] == "raster":
        items = renderer.legendSymbologyItems()
        found["classes"] = [[item[0], QColor(item[1]).name()] for item in items]
        if hasattr(renderer, "shader"):
            shader = renderer.shader().rasterShaderFunction()
            found["colours"] = [list(shader.shade(value))[1:] for value in values]
    elif asked["kind"] == "vector":
        found["count"] = layer.featureCount()
        items = [one for one in renderer.legendSymbolItems() if one.symbol()]
        found["classes"] = [[one.label(), one.symbol().color().name()] for one in items]
        if isinstance(renderer, QgsGraduatedSymbolRenderer):
            symbols = [renderer.symbolForValue(value) for value in values]
            found["colours"] = [list(one.color().getRgb()) for one in symbols]
    return found


def draw(layers, picture):
    """All layers in one picture on the web map's CRS, the first on top."""
    lonlat = QgsCoordinateReferenceSystem("EPSG:4326")
    move = QgsCoordinateTransform(lonlat, WEB, QgsProject.instance())
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(WEB)
    settings.setOutputSize(QSize(*picture["size"]))
    settings.setBackgroundColor(QColor("white"))
    settings.setExtent(move.transformBoundingBox(QgsRectangle(*picture["box"])))
    settings.setFlag(QgsMapSettings.Antialiasing, False)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(picture["path"])


def main():
    """Do as asked, then leave without tearing QGIS down, which may crash when headless."""
    asked = json.load(sys.stdin)
    application = QgsApplication([], False)
    application.initQgis()
    layers, answers = [], []
    for one in asked["layers"]:
        layer, answer = opened(one)
        layers.append(layer)
        answers.append({**answer, **(said(layer, one) if answer["valid"] else {})})
    if "picture" in asked:
        draw(layers, asked["picture"])
    sys.stdout.write(json.dumps(answers))
    sys.stdout.flush()
    os._exit(0)


main()
