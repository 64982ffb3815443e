"""A tiny town for tests: known answer, ingested and published through the front door."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import settings

from geoml import catalog, modelstore
from geoml.catalog.sections import Section, sections
from geoml.contract import Service
from geoml.files import alone
from geoml.paths import Home
from geoml.raster.grid import Grid, Window

# A shell that starts the tests in the background lets them, and their children, ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# A deadline for one example measures how busy the machine is; pytest-timeout ends what hangs.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

MADE_UP = Path(__file__).parent / "made_up"
SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
KEYS = ("red", "nir", "lst", "dem", "buildings", "water")
GRID = Grid("EPSG:2154", 843_000.0, 6_520_500.0, 30.0, 30.0, 120, 120)


LONGEST = (
    "test_notebooks.py",
    "test_one_folder.py",
    "test_hostile_rasters.py",
    "test_site.py",
    "test_add_a_service.py",
    "test_pennsylvania.py",
    "test_schema.py",
    "test_partial.py",
    "test_hostile_vectors.py",
)
"""Files that take minutes, longest first: started last, all other workers would wait for them."""


def pytest_collection_modifyitems(items):
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def real_data():
    """The folder of real data beside the checkout; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no real data at {SHARED}: they are not part of the project")
    return SHARED


@pytest.fixture(scope="session")
def geoml_in():
    """``geoml_in(root)(*words)``: the real command in a home, and the JSON that it answered."""

    def of(root: Path):
        def geoml(*words: str):
            command = [sys.executable, "-m", "geoml.cli.main", *words]
            environment = {**os.environ, "GEOML_HOME": str(root)}
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout)

        return geoml

    return of


def little_files(folder: Path) -> dict[str, Path]:
    """Red, near infrared, surface temperature, elevation, buildings and a river, as a town has.

    A round town of 3.6 km: vegetation falls and buildings rise towards the centre; the surface is
    ``300 K - 8 NDVI + 4 density`` plus 0.3 K of noise, and 3 K cooler at the river.
    """
    from geoml.raster.cog import write
    from geoml.vector.write import write_vector

    rng = np.random.default_rng(11)
    row, col = np.mgrid[: GRID.rows, : GRID.cols].astype(float)
    centre = np.hypot(row - 60, col - 60)
    rough = rng.random(GRID.shape)
    built = np.clip(0.7 - centre / 60, 0, 1) * (0.5 + rough)
    ndvi = np.clip(0.8 - 0.9 * built - 0.2 * rng.random(GRID.shape), 0.02, 0.85)
    river = np.abs(col - 30 - 6 * np.sin(row / 15))
    lst = 300 - 8 * ndvi + 4 * built - 3 * np.exp(-river / 4) + rng.normal(0, 0.3, GRID.shape)
    rasters = {
        "red": 0.25 * (1 - ndvi),
        "nir": 0.25 * (1 + ndvi),
        "lst": lst,
        "dem": 200 + 0.3 * col + 5 * np.sin(row / 20),
    }
    files = {}
    for key, values in rasters.items():
        files[key] = folder / f"{key}.tif"
        write(files[key], values.astype(np.float32), GRID, units=("K" if key == "lst" else "1",))
    side = 30 * np.sqrt(np.clip(built, 0, 0.9))
    x, y = GRID.west + (col + 0.5) * 30, GRID.north - (row + 0.5) * 30
    chosen = built > 0.05
    half = side[chosen] / 2
    boxes = shapely.box(x[chosen] - half, y[chosen] - half, x[chosen] + half, y[chosen] + half)
    line = shapely.LineString(
        [(GRID.west + 30 * (30 + 6 * np.sin(r / 15)), GRID.north - 30 * r) for r in range(121)]
    )
    for key, shapes in (("buildings", boxes), ("water", [line])):
        files[key] = folder / f"{key}.gpkg"
        write_vector(files[key], geopandas.GeoDataFrame(geometry=list(shapes), crs="EPSG:2154"))
    return files


def quarters(path: Path) -> Path:
    """The 25 quarters of the town, squares of 720 m with a name: what its zones are."""
    from geoml.vector.write import write_vector

    row, col = np.divmod(np.arange(25), 5)
    side = 24 * GRID.pixel_x
    west, north = GRID.west + col * side, GRID.north - row * side
    shapes = shapely.box(west, north - side, west + side, north)
    named = {"name": [f"Quartier {one + 1}" for one in range(25)]}
    write_vector(path, geopandas.GeoDataFrame(named, geometry=shapes, crs=GRID.crs))
    return path


def photograph(path: Path, buildings: Path) -> Path:
    """The middle 120 m of the town from the air, 0.25 m a pixel: red roofs on green ground."""
    from geoml.raster.cog import cog_writer
    from geoml.vector.drawn import Drawing

    grid = GRID.window(Window(58, 58, 4, 4)).refine(120)
    roofs = Drawing(geopandas.read_file(buildings).geometry.to_numpy()).on(grid) >= 0
    names, colours = ("red", "green", "blue"), ((180, 90), (60, 130), (50, 70))
    with cog_writer(path, grid, dtype="uint8", nodata=None, bands=names) as writer:
        for band, (roof, ground) in enumerate(colours, 1):
            writer.write(np.where(roofs, roof, ground), band=band)
    return path


def seeing_red(folder: Path) -> dict[str, Any]:
    """Write a net that sees red as roof, from each pixel alone; what its manifest says."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = np.array([1 / 16, -1 / 16, 0], np.float32).reshape(1, 3, 1, 1)
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Conv", ["float", "weights"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["probability"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", 3, "h", "w"])
    seen = helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["n", 1, "h", "w"])
    constants = [numpy_helper.from_array(weights, "weights")]
    graph = helper.make_graph(nodes, "red", [image], [seen], constants)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), folder / "model.onnx")
    told = {"gsd_m": 0.25, "gsd_range_m": [0.07, 0.5], "stride": 32, "halo_px": 32}
    told |= {"threshold": 0.5, "classes": ["background", "roof"]}
    return {"created": "2025-07-01T00:00:00+00:00", "segmentation": told, "synthetic": True}


@pytest.fixture(scope="session")
def town(tmp_path_factory) -> Home:
    """A home with the area ``town``, with an edition of every service that can answer there.

    It has buildings and quarters, so that there is a collection of every kind that a service may
    have. Read it, do not change it. Processes that test together publish it once, and copy it.
    """
    root = tmp_path_factory.mktemp("town")
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return _published(root)
    together = tmp_path_factory.getbasetemp().parent / "town-of-all"
    with alone(together, wait=True):
        if not (together / "done").is_dir():
            _published(together / "making").root.rename(together / "done")
    shutil.copytree(together / "done", root / "home")
    return Home(root / "home")


def _published(root: Path) -> Home:
    from geoml.areas import area as areas
    from geoml.areas.ingest import ingest
    from geoml.lifecycle.run import run

    home = Home(root / "home")
    root.mkdir(exist_ok=True)
    files = {**little_files(root), "zones": quarters(root / "zones.gpkg")}
    files["ortho"] = photograph(root / "ortho.tif", files["buildings"])
    for name in catalog.names():
        if catalog.get(name).segmentation:
            ref = modelstore.save(home, name, "red", seeing_red)
            modelstore.promote(home, ref, everywhere=True)
    areas.create(home, "town", "Petiteville", bbox=_bbox(), synthetic=True)
    items = [f"{key}={path}" for key, path in files.items()]
    ingest(home, "town", items, date="2025-07-20", licence="CC0-1.0")
    for name in catalog.fed_by(files, labelled=False):
        run(home, name, "town")
    return home


def _kinds() -> list[tuple[str, Section, bool]]:
    """Service, section, pinned or not: one of each kind that the code which serves them tells.

    Services with parts come first: they have all that others have. One pinned id is enough, for
    it differs by headers and links alone.
    """
    found = {}
    for service in sorted(map(catalog.get, catalog.names()), key=lambda one: not one.parts):
        for one in sections(service):
            key = one.kind, one.kinds is None, one.audience
            found.setdefault(key, (service.name, one, False))
    first = next(iter(found.values()))
    return [*found.values(), (*first[:2], True)]


@pytest.fixture(
    scope="session",
    params=_kinds(),
    ids=lambda one: f"{one[0]}{one[1].suffix or '-units'}{'@' * one[2]}",
)
def kind_of_collection(request, town):
    """One collection of each kind that there is: units of everybody and of staff, cells, pinned.

    With ``id``, ``service`` (its name), ``section`` and ``pinned``.
    """
    from geoml import editions

    service, section, pinned = request.param
    edition = f"@{editions.current(town, service, 'town').id}" if pinned else ""
    id_ = f"{service}-town{section.suffix}{edition}"
    return SimpleNamespace(id=id_, service=service, section=section, pinned=pinned)


@pytest.fixture(scope="session")
def doors(town, tmp_path_factory):
    """The town as ``home`` with a database of its own, and ``staff``: headers of who may read."""
    from datetime import timedelta

    from geoml.store import database, tokens

    home = Home(tmp_path_factory.mktemp("doors"))
    for name in ("areas", "editions", "models"):
        (home.root / name).symlink_to(town.root / name)
    given, _ = tokens.create(home, ["read"], timedelta(days=1))
    # Read-only, since some clients write headers of their own into what they are given.
    staff = MappingProxyType({"authorization": f"Bearer {given}"})
    yield SimpleNamespace(home=home, staff=staff)
    database.close()


@pytest.fixture(scope="session")
def service_name() -> str:
    """Name of the service under test: the first that the tiny town can feed.

    Outside ``tests/services/<name>/`` no test writes a service's name: it asks for this. A path
    in ``parametrize`` is written ``/services/{service}/at`` and formatted with it in the test.
    """
    return catalog.fed_by(KEYS)[0]


@pytest.fixture(scope="session")
def service(service_name) -> Service:
    """The declaration of the service under test."""
    return catalog.get(service_name)


@pytest.fixture(scope="session")
def little(tmp_path_factory):
    """Files, grid and bounding box of the tiny town, for towns made from some of them."""
    folder = tmp_path_factory.mktemp("little")
    return SimpleNamespace(files=little_files(folder), grid=GRID, bbox=_bbox())


@pytest.fixture(scope="module")
def made_up(town, service_name, little, tmp_path_factory):
    """A home where the made-up service of ``tests/made_up`` is installed and its model ships.

    ``home`` has the area ``soaked`` with elevation and buildings and no label; nothing was ever
    trained there. ``service`` is its declaration, ``edition`` what ``geoml run`` published. It asks
    for ``town``, so that no town of other tests is made while the service is there.
    """
    from geoml import services
    from geoml.areas import area as areas
    from geoml.areas.ingest import ingest
    from geoml.catalog.services import _found
    from geoml.lifecycle.run import run
    from geoml.modelstore import store

    root = tmp_path_factory.mktemp("made_up")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "__path__", [*services.__path__, str(MADE_UP)])
        shipped = store.packaged_models
        patch.setattr(
            store,
            "packaged_models",
            lambda name: root / "models" if name == "soak" else shipped(name),
        )
        _found.cache_clear()
        (root / "models").mkdir()
        declared = catalog.get("soak")
        sys.modules["geoml.services.soak"].ship(root / "models")
        home = Home(root / "home")
        west, south, east, north = little.bbox
        lon, lat = (west + east) / 2, (south + north) / 2
        middle = lon - 0.0075, lat - 0.005, lon + 0.0075, lat + 0.005
        areas.create(home, "soaked", "Soaked", bbox=middle)
        items = [f"{key}={little.files[key]}" for key in ("dem", "buildings")]
        ingest(home, "soaked", items, date="2025-07-20")
        edition, notes = run(home, "soak", "soaked")
        yield SimpleNamespace(home=home, service=declared, edition=edition, notes=notes)
    for name in [one for one in sys.modules if one.startswith("geoml.services.soak")]:
        vars(services).pop("soak", None)
        del sys.modules[name]
    _found.cache_clear()


def _bbox():
    west, south, east, north = GRID.lonlat_bounds()
    inset = 0.002
    return west + inset, south + inset, east - inset, north - inset
