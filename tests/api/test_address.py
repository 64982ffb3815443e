"""HEAD beside every GET, and the application behind a proxy, below a path."""

import pytest
from starlette.testclient import TestClient

from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.errors import InvalidArgument

PUBLIC = "https://gis.example.org/town/heat"
DOORS = ["/", "/healthz", "/readyz", "/api", "/areas", "/services", "/editions", "/docs"]


@pytest.fixture(scope="module")
def behind_proxy(town, tmp_path_factory):
    built = tmp_path_factory.mktemp("maps")
    (built / "index.html").write_text("<title>map</title>")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geoml.api.app.maps_dir", lambda: built)
        app = create_app(Settings(home=town.root, public_url=PUBLIC))
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def inner(service_name, edition_of, middle):
    """Paths of what lies deeper: a download, TileJSON, a point and a place."""
    edition = edition_of("town")
    file = next(one["href"] for one in edition["files"] if one["name"] == "target.tif")
    layer, (lon, lat) = f"/tiles/{service_name}-town-score", middle
    below = [f"{layer}/tilejson.json", f"{layer}/point/{lon},{lat}", f"{layer}/0/0/0.png"]
    return [file, *below, f"/services/{service_name}/at?lon={lon}&lat={lat}", "/static/landing.css"]


def test_head_beside_every_get(client, service_name, inner):
    for path in [*DOORS, *inner]:
        get, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (200, b""), path
        for name in ("content-type", "content-length"):
            assert head.headers[name] == get.headers[name], path
    assert client.head("/nothing").status_code == 404
    assert client.head(f"/services/{service_name}/predict").status_code == 405


def test_head_neither_reads_nor_cuts_a_file(client, inner, monkeypatch):
    file = inner[0]

    def forbidden(*_args, **_options):
        raise AssertionError("the file was opened")

    monkeypatch.setattr("starlette.responses.anyio.open_file", forbidden)
    answer = client.head(file, headers={"range": "bytes=0-3"})
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 1000


def test_head_is_no_operation_of_its_own(client):
    verbs = {verb for path in client.get("/api").json()["paths"].values() for verb in path}
    assert verbs - {"parameters"} == {"get", "post"}


@pytest.mark.parametrize("prefix", ["", "/town/heat"])
def test_below_a_path_whether_the_proxy_strips_it_or_not(
    behind_proxy, service_name, edition_of, prefix
):
    edition = edition_of("town", behind_proxy)
    linked = [edition["files"][0]["href"], edition["layers"][0]["tilejson"]]
    assert all(href.startswith("/town/heat/") for href in linked)
    own = [href.removeprefix("/town/heat") for href in linked]
    tile = f"/tiles/{service_name}-town-score/0/0/0.png"
    for path in [*DOORS, "/maps/", "/static/landing.css", tile, *own]:
        assert behind_proxy.get(prefix + path).status_code == 200, path
    assert behind_proxy.get(f"{prefix}/api").json()["servers"] == [{"url": "/town/heat"}]


@pytest.mark.parametrize("prefix", ["", "/town/heat"])
@pytest.mark.parametrize("path", ["/maps", "/areas/"])
def test_redirects_keep_the_path_and_never_name_a_host(behind_proxy, prefix, path):
    answer = behind_proxy.get(f"{prefix}{path}?a=1", headers={"host": "evil.example"})
    assert answer.status_code == 307
    right = {"/maps": "/town/heat/maps/", "/areas/": "/town/heat/areas"}[path]
    assert answer.headers["location"] == f"{right}?a=1"


def test_without_a_public_address_redirects_stay_on_the_host(client):
    answer = client.get("/areas/", headers={"host": "other.example"}, follow_redirects=False)
    assert answer.headers["location"] == "/areas"


def test_the_host_is_never_said_where_the_public_address_is_known(behind_proxy, service_name):
    layer = f"/tiles/{service_name}-town-score"
    answer = behind_proxy.get(f"{layer}/tilejson.json", headers={"host": "evil.org"})
    assert answer.json()["tiles"][0].startswith(f"{PUBLIC}{layer}/")
    assert "evil" not in answer.text


def test_a_host_that_is_none_is_refused_with_safe_headers(client):
    answer = client.get("/areas", headers={"host": "evil.example/x"})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("the Host header")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("url", ["", "http://town.org", "https://town.org:8443/a/b-c/"])
def test_a_public_address_that_can_be_used(url):
    assert Settings(public_url=url).root_path == {"": "", "http://town.org": ""}.get(url, "/a/b-c")


@pytest.mark.parametrize(
    "url",
    ["town.org/heat", "ftp://town.org", "https://a@b/c", "https://t.org/?q", "https://t.org/maps"],
)
def test_a_public_address_that_cannot_be_used_is_told(url):
    with pytest.raises(InvalidArgument, match="GEOML_PUBLIC_URL"):
        Settings(public_url=url)
