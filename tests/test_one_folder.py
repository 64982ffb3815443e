"""One folder, one service: a copy under another name is a service everywhere, and leaves no trace.

The checkout is copied, a service's folder and its tests are copied in it under a new name, and
nothing else is touched. There the quick suite of all that can know a service runs; the command, the
HTTP interface, the tiles and the real map are looked at; then the folder is taken away again. The
new name is made at run time, so that no file can know it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from html import escape
from pathlib import Path

import pytest

from geoml import catalog
from geoml.cli.smoke import serving

ROOT = Path(__file__).parent.parent
CACHE = "__pycache__"
ASK = """
import json, sys
from starlette.testclient import TestClient
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.paths import Home

name, client = sys.argv[1], TestClient(create_app(Settings(home=Home.from_environment().root)))
get = lambda path, **options: client.get(path, **options)
area = get("/areas/town").json()
west, south, east, north = area["bbox"]
paths = get("/api").json()["paths"]
print(json.dumps({
    "services": {one["name"]: one for one in get("/services").json()["services"]},
    "area": area,
    "editions": [one["service"] for one in get("/editions").json()["editions"]],
    "at": get(f"/services/{name}/at", params={"lon": (west + east) / 2, "lat": (south + north) / 2})
        .json().get("properties"),
    "layers": {one: get(f"/tiles/{name}-town-{one}/tilejson.json").status_code
               for one in ("score", "lower", "upper", "applicability")},
    "legend": get(f"/tiles/{name}-town-score/tilejson.json").json().get("legend"),
    "operations": {path: operation for path, verbs in paths.items()
                   for operation in (one["operationId"] for verb, one in verbs.items()
                                     if verb != "parameters")},
    "answers": {path: verbs["post"]["responses"]["200"]
                for path, verbs in paths.items() if path.endswith("/predict")},
    "front": get("/", headers={"accept": "text/html", "accept-language": "en"}).text,
}))
"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def run(tree, *words, home="home", check=True, seconds=900):
    """Python in a tree of its own; a failed command fails the test with what it said."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "GEOML_HOME": str(tree / home)}
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tree,
        timeout=seconds,
    )
    if check:
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done


def geoml(tree, *words):
    return json.loads(run(tree, "-m", "geoml.cli.main", *words, "--json").stdout)


def git(tree, *words):
    who = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    done = subprocess.run(["git", *who, *words], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def original(service_name):
    """Name of the service that is copied: one that the tiny town can feed."""
    return service_name


@pytest.fixture(scope="module")
def installed(twin):
    """Names of all services of the doubled house."""
    return {*catalog.names(), twin}


@pytest.fixture(scope="module")
def twin(original):
    """A name that stands in no file, and that comes first where services are sorted."""
    return f"a{original[::-1]}"


@pytest.fixture(scope="module")
def tree(tmp_path_factory, town):
    """The checkout as it is now, under version control of its own, with a town published."""
    listed = subprocess.run(
        ["git", "ls-files", "-zco", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    if listed.returncode != 0:
        pytest.skip(f"not a checkout: {listed.stderr.strip()[:80]}")
    tree = tmp_path_factory.mktemp("house")
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    for compiled in (cache for name in ("geoml", "tiles") for cache in (ROOT / name).rglob(CACHE)):
        # Files keep their times, so what Python and numba made of them is theirs in the copy too.
        shutil.copytree(compiled, tree / compiled.relative_to(ROOT), dirs_exist_ok=True)
    for built in ("dist", "node_modules"):
        if (ROOT / "maps" / built).is_dir():
            (tree / "maps" / built).symlink_to(ROOT / "maps" / built)
    shutil.copytree(town.root, tree / "home")
    git(tree, "init", "-q")
    (tree / ".git" / "info" / "exclude").write_text("/home\n/maps/dist\n/maps/node_modules\n")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "As it is")
    return tree


@pytest.fixture(scope="module")
def doubled(tree, original, twin):
    """The tree with the copy in it: two folders, and in the tests the name is another."""
    word = re.compile(rf"(?<![a-z0-9]){original}(?![a-z0-9])")
    skip = shutil.ignore_patterns(CACHE)
    for shelf in ("geoml/services", "tests/services"):
        assert (tree / shelf / original).is_dir()
        shutil.copytree(tree / shelf / original, tree / shelf / twin, ignore=skip)
    for path in (tree / "tests" / "services" / twin).rglob("*.py"):
        path.write_text(word.sub(twin, path.read_text(encoding="utf-8")), encoding="utf-8")
    git(tree, "add", "-A")
    changed = git(tree, "diff", "--cached", "--name-only").split()
    assert {"/".join(path.split("/")[:3]) for path in changed} == {
        f"geoml/services/{twin}", f"tests/services/{twin}"
    }  # fmt: skip
    return tree


@pytest.fixture(scope="module")
def told(doubled, twin):
    """What the doubled house says of the copy over HTTP, once the command has published it."""
    made = geoml(doubled, "run", twin, "--area", "town")
    assert made["service"] == twin
    return json.loads(run(doubled, "-c", ASK, twin).stdout)


WALKING = (
    *("services", "catalog", "cli", "modelstore", "test_no_names.py"),
    *(f"lifecycle/test_{name}.py" for name in ("demo", "frozen", "inputs", "run", "segment")),
)
"""Tests of all that looks for services itself. The others know services through these, and pass
with the several that the house has anyway."""


def test_the_quick_suite_passes_with_two_services(doubled, original):
    chosen = [f"tests/{name}" for name in WALKING]
    # Services may not know each other (import-linter), so a third one stays as it is.
    others = sorted({*catalog.names()} - {original})
    chosen += [f"--ignore=tests/services/{one}" for one in others]
    # Nor is a law of theirs another one here.
    chosen += ["-k", " and ".join(f"not (test_laws and {one})" for one in others)]
    command = ("-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "-m", "not slow")
    done = run(doubled, *command, *chosen, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 300


def test_the_command_knows_both(doubled, told, original, twin, installed):
    assert [one["name"] for one in geoml(doubled, "services")] == sorted(installed)
    listed = {one["service"]: one for one in geoml(doubled, "editions")}
    assert set(listed) == installed
    assert all(one["served"] and one["installed"] for one in listed.values())


def test_the_interface_serves_both_and_confuses_nothing(told, original, twin, installed):
    assert set(told["services"]) == installed
    assert {one["service"] for one in told["area"]["editions"]} == installed
    assert set(told["editions"]) == installed
    assert told["at"]["service"] == twin
    assert told["at"]["model"].startswith(f"{twin}@")
    assert 0 <= told["at"][f"{twin}_score"] <= 100
    operations = list(told["operations"].values())
    assert len(operations) == len(set(operations))
    assert told["front"].count(escape(told["services"][twin]["summary"]["en"])) == 2
    assert told["area"]["not_installed"] == []
    answers = {path.split("/")[2]: fields for path, fields in told["answers"].items()}
    assert set(answers) == installed
    assert f"{twin}_score" in json.dumps(answers[twin])
    assert f"{original}_score" not in json.dumps(answers[twin])


def test_its_layers_and_legend_are_there(told, twin):
    assert set(told["layers"].values()) == {200}
    (edition,) = [one for one in told["area"]["editions"] if one["service"] == twin]
    assert {one["id"].split("@")[0] for one in edition["layers"]} == {
        f"{twin}-town-{name}" for name in told["layers"]
    }
    contract = told["services"][twin]
    assert contract["legend"]["colours"] == told["legend"]["colours"]
    assert len(contract["legend"]["labels"]) == len(contract["legend"]["colours"])


@pytest.mark.browser
def test_the_map_offers_both(doubled, told, installed, twin, monkeypatch):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    if not (doubled / "maps" / "dist").is_dir():
        pytest.skip("the front end is not built: run `make maps`")
    from playwright.sync_api import sync_playwright

    monkeypatch.chdir(doubled)
    monkeypatch.setenv("PYTHONPATH", str(doubled))
    with serving(home=doubled / "home") as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(locale="en-GB")
        page.goto(f"http://127.0.0.1:{port}/maps/#town/{twin}/score")
        page.wait_for_selector("html[data-state=ready]", timeout=30_000)
        offered = page.locator("#service input, #service option")
        assert set(offered.evaluate_all("all => all.map(o => o.value)")) == installed
        chosen = page.locator("#service input:checked, #service option:checked")
        assert chosen.get_attribute("value") == twin
        shown = page.locator("img.leaflet-tile-loaded").evaluate_all("all => all.map(i => i.src)")
        assert any(f"/{twin}-town-score@" in src for src in shown)
        legend = page.locator("[data-role=legend]").inner_text()
        for label in told["services"][twin]["legend"]["labels"]:
            assert label["en"] in legend
        browser.close()


def test_taken_away_it_leaves_no_trace(doubled, told, original, twin):
    """Last: the folder goes, its editions stay and are said to belong to nobody who is here."""
    for shelf in ("geoml/services", "tests/services"):
        shutil.rmtree(doubled / shelf / twin)
    git(doubled, "add", "-A")
    assert git(doubled, "status", "--porcelain") == ""
    assert [one["name"] for one in geoml(doubled, "services")] == sorted(catalog.names())
    listed = {one["service"]: one for one in geoml(doubled, "editions")}
    assert (listed[twin]["installed"], listed[twin]["served"]) == (False, False)
    assert listed[original]["served"]
    after = json.loads(run(doubled, "-c", ASK, twin).stdout)
    assert list(after["services"]) == list(catalog.names())
    assert {one["service"] for one in after["area"]["editions"]} == set(catalog.names())
    assert after["area"]["not_installed"] == [twin]
    assert after["at"] is None
    assert set(after["layers"].values()) == {404}
    assert not any(twin in path for path in after["operations"])
    smoke = run(doubled, "-m", "geoml.cli.main", "smoke", "--json")
    assert "0 failed" in smoke.stderr
