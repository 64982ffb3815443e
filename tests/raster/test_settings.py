"""GDAL's settings: known to GDAL by these names, in both GDALs, and each refuses what it says."""

import ctypes
import importlib
import json
import subprocess
import sys
import textwrap
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from geoml.areas.ingest import process
from geoml.raster import header, settings

HEAD = """
import sys
from geoml.raster import settings
if sys.argv[1] == "locked":
    settings.lock()
import warnings
warnings.simplefilter("ignore")
import pyogrio, rasterio
port, folder = sys.argv[2], sys.argv[3]
"""
NETWORK = {
    "rasterio /vsicurl/": 'rasterio.open(f"/vsicurl/http://127.0.0.1:{port}/a.tif")',
    "rasterio WMTS": 'rasterio.open(f"WMTS:http://127.0.0.1:{port}/a")',
    "rasterio address": 'rasterio.open(f"http://127.0.0.1:{port}/a.no-network")',
    "rasterio CRS": 'rasterio.crs.CRS.from_user_input(f"http://127.0.0.1:{port}/a")',
    "pyogrio /vsicurl/": 'pyogrio.read_info(f"/vsicurl/http://127.0.0.1:{port}/a.json")',
    "pyogrio WFS": 'pyogrio.read_info(f"WFS:http://127.0.0.1:{port}/a")',
    "pyogrio OAPIF": 'pyogrio.read_info(f"OAPIF:http://127.0.0.1:{port}/a")',
}


@pytest.fixture
def server():
    hits = []

    class Sings(BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Sings) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found.server_port, hits
        found.shutdown()


def attempt(state, code, port=0, folder="", stdin=None):
    """The text that a process prints, locked or open, or the error that it ended with."""
    source = HEAD + textwrap.dedent(code)
    command = [sys.executable, "-c", source, state, str(port), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, input=stdin)
    return done.stdout + done.stderr[-400:]


@pytest.mark.slow
def test_no_driver_of_either_gdal_reaches_the_network(server):
    port, hits = server
    for state in ("open", "locked"):
        hits.clear()
        code = "".join(
            f"print({name!r}, flush=True)\ntry:\n    {call}\n"
            "except (rasterio.errors.RasterioError, rasterio.errors.CRSError, RuntimeError, "
            "ValueError, OSError):\n    pass\n"
            for name, call in NETWORK.items()
        )
        told = attempt(state, code, port)
        assert all(name in told for name in NETWORK), told
        assert (len(hits) >= len(NETWORK)) == (state == "open"), (state, hits)
    assert hits == []


@pytest.mark.parametrize("state", ["open", "locked"])
def test_standard_input_is_no_file(state):
    point = {"type": "Point", "coordinates": [1, 2]}
    feature = {"type": "Feature", "properties": {"sings": "canary"}, "geometry": point}
    collection = {"type": "FeatureCollection", "features": [feature]}
    code = 'print(pyogrio.read_dataframe("/vsistdin/").to_string())'
    told = attempt(state, code, stdin=json.dumps(collection))
    assert ("canary" in told) == (state == "open"), told


@pytest.mark.parametrize("state", ["open", "locked"])
def test_a_vrt_can_call_no_file_a_raster(state, tmp_path):
    """In pyogrio's GDAL; rasterio's is too old for the option, and opens no foreign VRT at all."""
    (tmp_path / "canary.bin").write_bytes(b"feathers")
    (tmp_path / "a.vrt").write_text(
        '<VRTDataset rasterXSize="8" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1" '
        'subClass="VRTRawRasterBand"><SourceFilename relativeToVRT="1">canary.bin</SourceFilename>'
        "</VRTRasterBand></VRTDataset>"
    )
    known = pyogrio_library()
    code = f"""
        import ctypes
        gdal = ctypes.CDLL({known._name!r})
        gdal.GDALOpenEx.restype = ctypes.c_void_p
        gdal.GDALOpenEx.argtypes = [ctypes.c_char_p, ctypes.c_uint] + [ctypes.c_void_p] * 3
        pyogrio.list_drivers()
        opened = gdal.GDALOpenEx((folder + "/a.vrt").encode(), 2, None, None, None)
        print("opened" if opened else "refused")
    """
    told = attempt(state, code, folder=tmp_path)
    assert told.startswith("opened" if state == "open" else "refused"), told


@pytest.mark.parametrize("state", ["open", "locked"])
def test_memory_has_no_address(state):
    """Refused by default in the GDALs of today; said again, for those of yesterday."""
    told = attempt(
        state,
        """
        import numpy
        cells = numpy.full(4, 77, "uint8")
        name = f"MEM:::DATAPOINTER={cells.ctypes.data},PIXELS=2,LINES=2"
        print(rasterio.open(name, driver="MEM").read())
        """,
    )
    assert "77" not in told


def test_every_option_is_set_in_both_and_in_every_thread():
    told = attempt(
        "locked",
        """
        import json, threading
        from rasterio.env import get_gdal_config
        found = {}
        def look():
            for name in settings.OPTIONS:
                found[name] = [str(get_gdal_config(name, normalize=False)),
                               str(pyogrio.get_gdal_config_option(name))]
        with rasterio.Env(GDAL_CACHEMAX=64):
            look()
        look()
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        print(json.dumps(found))
        """,
    )
    found = json.loads(told)
    same = {"True": "YES", "False": "NO"}
    for name, value in settings.OPTIONS.items():
        assert [same.get(one, one) for one in found[name]] == [value, value], name


def test_another_thread_is_told_that_it_would_set_nothing():
    told = attempt(
        "open",
        """
        import threading
        def late():
            try:
                settings.lock()
            except RuntimeError as error:
                print(error)
        thread = threading.Thread(target=late)
        thread.start()
        thread.join()
        """,
    )
    assert "main thread" in told


def test_gdal_knows_every_option_by_this_name():
    """A misspelt option would be taken without a word: newer GDALs list those that they know."""
    library = pyogrio_library()
    library.CPLGetKnownConfigOptions.restype = ctypes.POINTER(ctypes.c_char_p)
    listed, known = library.CPLGetKnownConfigOptions(), set()
    while listed[len(known)]:
        known.add(listed[len(known)].decode())
    assert len(known) > 500
    assert set(settings.OPTIONS) | set(settings.PYOGRIO) | {"GDAL_SKIP"} <= known
    assert "GDAL_HTTP_PROXI" not in known


def test_the_older_gdal_holds_every_name_too():
    """Rasterio's lists none: the name must stand in its code, as a whole string."""
    content = Path(library_of("rasterio")).read_bytes()
    for name in (*settings.OPTIONS, *header._ENV, "GDAL_SKIP"):
        assert b"\0" + name.encode() + b"\0" in content, name
    assert b"\0GDAL_HTTP_PROXI\0" not in content


def test_drivers_that_reach_out_are_left_out_of_the_reader_of_foreign_files(monkeypatch):
    assert settings.environment().items() <= process._SET.items()
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    told = attempt(
        "locked",
        """
        with rasterio.Env() as env:
            left = set(env.drivers()) | set(pyogrio.list_drivers())
        print(sorted(left & set(settings.SKIPPED)), {"GTiff", "GPKG", "GeoJSON"} <= left)
        """,
    )
    assert told.startswith("[] True"), told


def library_of(package):
    folder = Path(importlib.import_module(package).__file__).parent.parent
    found = next(iter(folder.glob(f"{package}.libs/libgdal*")), None)
    if found is None:
        pytest.skip(f"{package} is not installed from a Linux wheel: its GDAL lies elsewhere")
    return str(found)


def pyogrio_library():
    import pyogrio

    assert pyogrio.__gdal_version__ >= (3, 11)
    return ctypes.CDLL(library_of("pyogrio"))
