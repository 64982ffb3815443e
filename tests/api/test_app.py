"""Every door of the application, and what it must never do."""

import pytest

DOCUMENTS = ["/", "/healthz", "/readyz", "/api", "/areas", "/areas/town", "/services", "/editions"]


@pytest.mark.parametrize("path", [*DOCUMENTS, "/services/{service}"])
def test_every_document_is_json_and_carries_safe_headers(client, service_name, path):
    answer = client.get(path.format(service=service_name))
    assert answer.status_code == 200
    answer.json()
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers["x-request-id"]) == 32


def test_browsers_get_a_page_with_links(client):
    page = client.get("/", headers={"accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert '/maps/"' in page.text
    assert "Petiteville" in page.text


def test_the_api_documentation_loads_nothing_from_elsewhere(client):
    page = client.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page
    assert "<script>" not in page
    assert client.get("/static/docs.js").status_code == 200


def test_an_area_names_its_sources_layers_and_editions(client, service, edition_of):
    area = client.get("/areas/town").json()
    assert {s["key"] for s in area["sources"]} >= {"red", "nir", "lst", "buildings", "water"}
    assert area["synthetic"] is True
    edition = edition_of("town")
    assert [layer["name"] for layer in edition["layers"]] == [
        "score",
        "lower",
        "upper",
        "applicability",
    ]
    told = [name for kind in ("used", "unused", "missing") for name in edition[f"features_{kind}"]]
    assert sorted(told) == sorted(one.name for one in service.features)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/areas/nowhere", 404),
        ("/areas/..%2f..%2fetc", 404),
        ("/services/none", 404),
        ("/nothing", 404),
        ("/areas?colour=red", 400),
        ("/editions/20250101T000000Z-0000000000/files/score.tif", 404),
        ("/services/{service}/at?lon=4.5", 400),
        ("/services/{service}/at?lon=999&lat=45", 400),
        ("/services/{service}/at?lon=nan&lat=45", 400),
        ("/services/{service}/at?lon=0&lat=0", 404),
        ("/services/{service}/at?lon=0&lat=0&area=nowhere", 404),
    ],
)
def test_wrong_questions_get_a_problem_document(client, service_name, path, status):
    answer = client.get(path.format(service=service_name))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_a_file_of_an_edition_is_downloaded_by_ranges_and_nothing_else(client, edition_of):
    edition = edition_of("town")
    href = next(file["href"] for file in edition["files"] if file["name"] == "score.tif")
    part = client.get(href, headers={"range": "bytes=0-3"})
    assert part.status_code == 206
    assert part.content in {b"II*\0", b"II+\0"}
    folder = href.rpartition("/")[0]
    for name in ("..%2fcurrent.json", "current.json", "%2fetc%2fpasswd", ".lock"):
        assert client.get(f"{folder}/{name}").status_code == 404


def test_the_answer_at_a_place_is_a_feature_with_its_reasons(client, service, middle):
    lon, lat = middle
    answer = client.get(f"/services/{service.name}/at", params={"lon": lon, "lat": lat})
    assert answer.headers["content-type"] == "application/geo+json"
    feature = answer.json()
    assert feature["type"] == "Feature"
    told = feature["properties"]
    assert told["area"] == "town"
    assert told["date"] == "2025-07-20"
    value = told[service.target.name]
    assert told["lower"] <= value <= told["upper"]
    parts = sum(one["contribution"] for one in told["contributions"])
    assert told["average"] + parts == pytest.approx(value, abs=0.02)
    assert told["quantity"]["en"]
    assert told["reference"]["text"]["fr"]


def test_coordinates_are_not_kept_in_the_log(client, service_name, middle, caplog):
    lon, lat = middle
    with caplog.at_level("INFO", logger="geoml.access"):
        client.get(f"/services/{service_name}/at", params={"lon": lon, "lat": lat})
    lines = [record.getMessage() for record in caplog.records]
    assert any(f"/services/{service_name}/at" in line for line in lines)
    assert not any(f"{lon}"[:6] in line or f"{lat}"[:6] in line for line in lines)


def test_a_clean_request_warns_of_nothing(client, service_name, row, middle, caplog):
    lon, lat = middle
    client.get(f"/services/{service_name}/at", params={"lon": lon, "lat": lat})
    client.post(f"/services/{service_name}/predict", json=row)
    assert [r for r in caplog.records if r.levelname in {"WARNING", "ERROR"}] == []


@pytest.mark.parametrize("path", ["/api?a=1", "/areas?a=1", "/healthz?a=1", "/docs?a=1"])
def test_a_route_without_parameters_says_so(client, path):
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "unknown query parameter 'a'; this route takes none"
