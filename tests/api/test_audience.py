"""What a service declares for staff does not exist for anybody else: 404, and on no list.

The service under test is declared again with ``staff``: the declaration is all that changes.
"""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from starlette.testclient import TestClient

from geoml import catalog, editions
from geoml.api.app import create_app
from geoml.api.settings import Settings
from geoml.catalog import audience, services
from geoml.store import database, tokens


@pytest.fixture(scope="module")
def staff(town, service_name, tmp_path_factory):
    """Headers of staff, of a bearer who may not read, and of a stranger; all layers for staff."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("operations") / "geoml.db"
        patch.setenv(database.VARIABLE, f"sqlite:///{file}")

        def bearer(scope):
            given, _ = tokens.create(town, [scope], timedelta(hours=1))
            return {"authorization": f"Bearer {given}"}

        yield {"staff": bearer("read"), "feedback": bearer("feedback"), "stranger": {}}
        database.close()


def declared(monkeypatch, name, *things):
    """Declare that things of a service are for staff, as its folder would."""
    working, failing = services._found()
    changed = replace(working[name], staff=frozenset(things))
    found = (MappingProxyType({**working, name: changed}), failing)
    monkeypatch.setattr(services, "_found", lambda: found)
    return changed


@pytest.fixture
def client(town, monkeypatch, service, staff):
    """The application over a service whose units, cells and layers are for staff."""
    declared(monkeypatch, service.name, *service.units, "cells", *catalog.LAYERS)
    with TestClient(create_app(Settings(home=town.root))) as client:
        yield client


def paths_of_staff(town, name):
    """Everything of an edition that can be asked for by an address."""
    from geoml import editions

    ref = editions.current(town, name, "town")
    pin = f"@{ref.id}"
    for layer in catalog.LAYERS:
        for id_ in (f"{name}-town-{layer}", f"{name}-town-{layer}{pin}"):
            yield from (f"/tiles/{id_}/{rest}" for rest in ("0/0/0.png", "tilejson.json"))
            yield from (f"/tiles/{id_}/{rest}" for rest in ("statistics", "preview.png"))
    for id_ in (f"{name}-town", f"{name}-town-cells", f"{name}-town{pin}"):
        yield from (f"/collections/{id_}{rest}" for rest in ("", "/items", "/queryables"))
    for file in ref.manifest()["files"]:
        yield f"/editions/{ref.id}/files/{file}"


def test_staff_sees_everything(client, town, service_name, staff):
    for path in paths_of_staff(town, service_name):
        answer = client.get(path, headers=staff["staff"])
        assert answer.status_code == 200, path
        assert "public" not in answer.headers.get("cache-control", ""), path


@pytest.mark.parametrize("role", ["stranger", "feedback"])
def test_for_others_it_does_not_exist(client, town, service_name, staff, role):
    for path in paths_of_staff(town, service_name):
        answer = client.get(path, headers=staff[role])
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json", path


def test_what_staff_asked_for_before_is_not_kept_for_others(client, town, service_name, staff):
    for path in paths_of_staff(town, service_name):
        first = client.get(path, headers=staff["staff"])
        tag = {"if-none-match": first.headers.get("etag", "*")}
        assert client.get(path, headers=tag).status_code == 404, path
        assert client.head(path).status_code == 404, path
        assert client.get(path, headers=staff["staff"]).status_code == 200, path


@pytest.mark.parametrize("role", ["stranger", "feedback"])
@pytest.mark.parametrize("path", ["/areas", "/areas/town", "/editions", "/collections", "/api"])
def test_it_is_on_no_list(client, town, service_name, staff, path, role):
    id_, edition = f"{service_name}-town", editions.current(town, service_name, "town").id
    told = client.get(path, headers=staff["staff"]).text
    assert id_ in told or "score.tif" in told
    answer = client.get(path, headers=staff[role])
    assert answer.status_code == 200
    others = answer.text
    files = (f"/editions/{edition}/files/{name}" for name in ("score.tif", "units.parquet"))
    for word in (f"{id_}-score", f"{id_}-cells", f'"{id_}"', *files):
        assert word not in others, word


def walk(client, headers, most=400):
    """Addresses of everything that is linked from the landing page, the lists and STAC."""
    seen, ask = {}, ["/", "/areas", "/editions", "/collections", "/stac"]
    while ask and len(seen) < most:
        path = ask.pop(0)
        if path in seen:
            continue
        answer = client.get(path, headers={**headers, "accept": "application/json"})
        seen[path] = answer.status_code
        kind = answer.headers.get("content-type", "")
        if answer.status_code == 200 and "json" in kind and "seq" not in kind:
            ask += [one for one in linked(answer.json()) if one not in seen]
    return seen


def linked(document):
    """Paths in a JSON document, with something in the place of templates."""
    if isinstance(document, str):
        path = document.removeprefix("http://testserver")
        for name, value in (("z", "0"), ("x", "0"), ("y", "0"), ("tileMatrix", "0"),
                            ("tileRow", "0"), ("tileCol", "0")):  # fmt: skip
            path = path.replace(f"{{{name}}}", value)
        if path.startswith("/") and "{" not in path and "offset=" not in path:
            yield path
    elif isinstance(document, dict):
        for value in document.values():
            yield from linked(value)
    elif isinstance(document, list):
        for value in document:
            yield from linked(value)


@pytest.mark.slow
def test_whatever_only_staff_is_linked_to_is_not_there_for_others(client, staff, service_name):
    """Every route that anybody adds is walked: what is on no list of a stranger's is 404."""
    for_staff, for_all = walk(client, staff["staff"]), walk(client, {})
    hidden = sorted(for_staff.keys() - for_all.keys())
    assert len(hidden) > 20
    # A template of tiles is asked for its first one, which may lie outside what it covers.
    lost = [path for path, status in for_all.items() if status != 200]
    assert [path for path in lost if not path.endswith("/WebMercatorQuad/0/0/0")] == []
    leaked = [path for path in hidden if client.get(path).status_code != 404]
    assert leaked == []


def test_the_answer_at_a_place_is_as_closed_as_the_layer(client, service_name, staff, middle):
    lon, lat = middle
    path = f"/services/{service_name}/at?lon={lon}&lat={lat}"
    assert client.get(path).status_code == 404
    assert client.get(path, headers=staff["staff"]).status_code == 200


def test_a_refusal_is_the_one_of_an_id_that_does_not_exist(client, service_name):
    for template in ("/collections/{}", "/tiles/{}-score/tilejson.json"):
        hidden = client.get(template.format(f"{service_name}-town")).json()
        absent = client.get(template.format(f"{service_name}-tawn")).json()
        assert {**hidden, "detail": hidden["detail"].replace("town", "tawn")} == absent


def test_units_for_staff_leave_the_layers_public(town, monkeypatch, service, staff):
    """One kind of units is: its collection and every file of units are, and nothing else."""
    hidden, *shown = service.units
    declared(monkeypatch, service.name, hidden)
    with TestClient(create_app(Settings(home=town.root))) as client:
        for path in paths_of_staff(town, service.name):
            assert client.get(path).status_code == (404 if "units" in path else 200), path
        whole, own = (f"/collections/{service.name}-town{end}" for end in ("", f"-{hidden}"))
        features = client.get(f"{whole}/items").json()["features"]
        kinds = {one["properties"]["kind"] for one in features}
        assert kinds == set(shown)
        for path in (own, f"{own}/items"):
            assert client.get(path).status_code == 404, path
            assert client.get(path, headers=staff["staff"]).status_code == 200, path


@pytest.mark.parametrize(
    ("name", "things", "expected"),
    [
        ("score.tif", {"score"}, "staff"),
        ("score-web.tif", {"score"}, "staff"),
        ("tiles-score.pmtiles", {"score"}, "staff"),
        ("lower.tif", {"score"}, "public"),
        ("target.tif", {"score"}, "staff"),
        ("inputs.tif", {"score"}, "staff"),
        ("what-comes-later.bin", {"score"}, "staff"),
        ("manifest.json", {"score", "lower"}, "public"),
        ("score.tif", set(), "public"),
        ("score.tif.aux.xml", {"score"}, "staff"),
    ],
)
def test_a_file_is_for_whom_its_contents_are(service, name, things, expected):
    assert audience.of_file(replace(service, staff=frozenset(things)), name) == expected


@pytest.mark.parametrize(
    "name", ["units.parquet", "units.geojson", "units-index.arrow", "tiles-units.pmtiles"]
)
def test_files_of_units_are_for_staff_when_one_kind_is(service, name):
    assert audience.of_file(replace(service, staff=frozenset(service.units[:1])), name) == "staff"
    assert audience.of_file(replace(service, staff=frozenset({"upper"})), name) == "public"


def test_a_declaration_of_what_is_not_there_is_refused(service):
    with pytest.raises(ValueError, match="staff names no kind"):
        replace(service, staff=frozenset({"scores"}))
