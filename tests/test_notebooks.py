"""Notebooks run from a clean checkout, need no network, and lie stripped in git."""

import html
import json
import re
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LEAFLET = ROOT / "maps" / "node_modules" / "leaflet" / "dist" / "leaflet.js"

each = pytest.mark.parametrize("book", BOOKS, ids=lambda path: path.stem)


def test_there_is_a_notebook():
    assert BOOKS


@each
def test_outputs_are_stripped(book):
    told = json.loads(book.read_text(encoding="utf-8"))
    cells = told["cells"]
    assert not [one["source"][:1] for one in cells if one.get("outputs")]
    assert {one.get("execution_count") for one in cells} == {None}
    assert [one["metadata"] for one in cells] == [{}] * len(cells)
    assert set(told["metadata"]) == {"kernelspec", "language_info"}
    assert told["metadata"]["language_info"] == {"name": "python"}, "a version is a machine's own"


@each
def test_no_path_of_a_machine(book):
    found = re.findall(r"(?:/home|/Users|/root|/tmp|/work|[A-Z]:\\\\)[/\\]?\w*", book.read_text())
    assert not found


@each
def test_one_idea_a_cell(book):
    """Prose before code, and no cell that a reader has to scroll."""
    cells = json.loads(book.read_text(encoding="utf-8"))["cells"]
    assert cells[0]["cell_type"] == "markdown"
    assert cells[0]["source"][0].startswith("# ")
    assert max(len(one["source"]) for one in cells) <= 50


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Book -> (notebook with its outputs, folder that was its TMPDIR, its GEOML_HOME)."""
    nbclient = pytest.importorskip("nbclient", reason="pip install 'geoml[notebooks]'")
    pytest.importorskip("leafmap.foliumap", reason="pip install 'geoml[notebooks]'")
    if not LEAFLET.is_file():
        pytest.skip("no Leaflet in maps/node_modules; make maps")
    done = {}

    def execute(book):
        if book not in done:
            done[book] = _execute(nbclient, book, tmp_path_factory.mktemp(book.stem))
        return done[book]

    return execute


def _execute(nbclient, book, folder):
    import os

    import nbformat
    from jupyter_client.manager import AsyncKernelManager

    scratch = folder / "tmp"
    scratch.mkdir()
    home = folder / "home"
    environment = os.environ | {
        "TMPDIR": str(scratch),
        "GEOML_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }
    notebook = nbformat.read(book, 4)
    kernel = AsyncKernelManager(kernel_name="python3", transport="ipc")
    kernel.ip = str(folder / "ipc")
    place = {"metadata": {"path": str(book.parent)}}
    client = nbclient.NotebookClient(notebook, km=kernel, timeout=600, resources=place)
    client.owns_km = True  # else the kernel lives, and keeps its memory, as long as the tests do
    client.execute(env=environment)
    return notebook, scratch, home


def _outputs(notebook, kind):
    return [
        output["data"][kind]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if kind in output.get("data", {})
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)  # a minute of one processor; the machine may be shared
@each
def test_it_runs_and_leaves_nothing(book, executed):
    before = {path: path.stat().st_mtime_ns for path in book.parent.rglob("*")}
    notebook, scratch, home = executed(book)
    assert len(_outputs(notebook, "image/png")) >= 4, "plots"
    assert not home.exists(), "GEOML_HOME of the reader is not touched"
    assert not [path for path in scratch.rglob("*") if path.is_file()]
    assert {path: path.stat().st_mtime_ns for path in book.parent.rglob("*")} == before
    said = [
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output["output_type"] == "stream" and output["name"] == "stderr"
    ]
    assert not said, "nothing is said on stderr: no warning, no progress bar"


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.timeout(900)
@each
def test_its_map_asks_the_network_for_nothing(book, executed, tmp_path):
    sync_api = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on the PATH")
    notebook, *_ = executed(book)
    frames = [
        re.search(r'srcdoc="(.*?)"', one, re.DOTALL) for one in _outputs(notebook, "text/html")
    ]
    maps = [html.unescape(one[1]) for one in frames if one]
    assert maps, "a map"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for number, text in enumerate(maps):
            page = browser.new_page()
            asked, wrong = [], []
            page.on("request", lambda one, asked=asked: asked.append(one.url))
            page.on("console", lambda one, wrong=wrong: wrong.append(one.text))
            page.on("pageerror", lambda one, wrong=wrong: wrong.append(str(one)))
            path = tmp_path / f"{number}.html"
            path.write_text(text, encoding="utf-8")
            page.goto(path.as_uri())
            page.locator(".leaflet-image-layer").first.wait_for()
            assert page.locator(".leaflet-interactive").count() > 0, "quarters"
            assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
            assert not wrong
        browser.close()
