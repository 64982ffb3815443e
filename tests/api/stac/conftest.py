"""The catalogue of a town with three editions, and no way out of this machine."""

import shutil
import socket
import threading
import time
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from geoml import editions
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.clock import PIN
from geoml.editions.store import MANIFEST
from geoml.paths import Home

STAMPS = ("edition", "created", "content_sha256", "files", "service", "area", "format")
HERE = {"localhost", "127.0.0.1", "testserver", None}


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Whoever asks for another machine fails, and is named."""
    resolve = socket.getaddrinfo

    def only_here(host, *args, **options):
        if host not in HERE:
            pytest.fail(f"the network was asked for {host}")
        return resolve(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", only_here)


def publish_again(home, service, area="town", epoch=1_800_000_000):
    """The current edition published once more at another time, at the price of copying it."""
    now = editions.current(home, service, area)

    def fill(folder):
        for path in now.folder.iterdir():
            if path.name != MANIFEST:
                shutil.copyfile(path, folder / path.name)
        return {key: value for key, value in now.manifest().items() if key not in STAMPS}

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PIN, str(epoch))
        return editions.publish(home, service, area, fill)


def copy_of(town, root):
    """A home of its own with the areas and editions of the town, to change at will."""
    for name in ("areas", "editions", "models"):
        shutil.copytree(town.root / name, root / name)
    return Home(root)


@pytest.fixture
def home(town, tmp_path):
    return copy_of(town, tmp_path / "home")


@pytest.fixture(scope="session")
def history(town, service_name, tmp_path_factory):
    """A home whose town has three editions; the middle one is served. Read it only."""
    home = copy_of(town, tmp_path_factory.mktemp("history") / "home")
    first = editions.current(home, service_name, "town").id
    middle = publish_again(home, service_name, epoch=1_900_000_000).id
    last = publish_again(home, service_name, epoch=1_900_100_000).id
    editions.rollback(home, service_name, "town", to=middle)
    collection = f"{service_name}-town-editions"
    return SimpleNamespace(
        home=home,
        ids=(first, middle, last),
        collection=collection,
        path=f"/stac/collections/{collection}",
        item=lambda edition: f"{service_name}-town-{edition}".lower(),
    )


@pytest.fixture(scope="session")
def stac(history):
    with TestClient(create_app(Settings(home=history.home.root))) as client:
        yield client


@pytest.fixture
def fresh(home):
    """A client of a home that the test may change, and that home."""
    with TestClient(create_app(Settings(home=home.root))) as client:
        yield SimpleNamespace(get=client.get, post=client.post, home=home)


@pytest.fixture(scope="session")
def server(history):
    """The address of the same catalogue on a port of this machine, for clients of HTTP."""
    import uvicorn

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(Settings(home=history.home.root))
    running = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    for _ in range(200):
        if running.started:
            break
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}/stac"
    running.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def link():
    """The address of the first link of a relation, or None."""

    def find(document, rel):
        return next((one["href"] for one in document["links"] if one["rel"] == rel), None)

    return find
