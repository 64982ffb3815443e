"""Range on whatever is a file: parts, what cannot be read, and what lies beyond the end."""

import pytest

UNREADABLE = [
    "lines=1-2", "bytes=5-1", "bytes=a-b", "bytes", "bytes=", "bytes=-", "bytes=,", "bytes 0-3",
    "bytes=0-3,5-1", "bytes=0-3;4-5", "bytes=0x1-2", "bytes=\xb2-3", "",
    "bytes=" + "9" * 5000 + "-",
]  # fmt: skip


@pytest.fixture(scope="module", params=["edition", "download", "static"])
def path(request, client, edition_of, service_name):
    """One address of each route that serves files."""
    if request.param == "static":
        return "/static/landing.css"
    if request.param == "download":
        return f"/collections/{service_name}-town-cells/download/csv"
    files = edition_of("town")["files"]
    return next(file["href"] for file in files if file["name"] == "score.tif")


@pytest.fixture
def part(client, path):
    """Asks for parts, and for no coding: a part is one of what is stored."""

    def ask(wanted, **more):
        plain = {"range": wanted.encode("latin-1"), "accept-encoding": "identity"}
        return client.get(path, headers={**plain, **more})

    return ask


@pytest.mark.parametrize("wanted", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_is_ignored(client, path, part, wanted):
    answer = part(wanted)
    assert (answer.status_code, answer.content) == (200, client.get(path).content)
    assert "content-range" not in answer.headers


@pytest.mark.parametrize("wanted", ["bytes=0-3", "BYTES=0-3", "bytes=, 0-3 ,", "bytes=0-1,2-3"])
def test_a_part_is_a_part(client, path, part, wanted):
    answer = part(wanted)
    assert (answer.status_code, answer.content) == (206, client.get(path).content[:4])
    assert client.get(path).content[-4:] == part("bytes=-4").content


def test_two_headers_are_none(client, path):
    asked = [("range", "bytes=0-3"), ("range", "bytes=4-7"), ("accept-encoding", "identity")]
    assert client.get(path, headers=asked).status_code == 200


@pytest.mark.parametrize("wanted", ["bytes=999999999-", "bytes=999999999-999999999", "bytes=-0"])
def test_beyond_the_end_is_a_problem_that_tells_the_size(client, path, part, wanted):
    size = len(client.get(path).content)
    answer = part(wanted)
    assert answer.status_code == answer.json()["status"] == 416
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-range"] == f"bytes */{size}"
    assert f"the file has {size} bytes" in answer.json()["detail"]
    assert answer.headers["content-length"] == str(len(answer.content))


def test_a_range_of_another_version_is_ignored(client, path, part):
    assert part("bytes=999999999-", **{"if-range": '"another"'}).status_code == 200


def test_the_document_says_so(client):
    document = client.get("/api").json()
    for path in (
        "/editions/{edition}/files/{name}",
        "/collections/{collectionId}/download/{format}",
    ):
        told = document["paths"][path]["get"]["responses"]
        assert told["416"] == {"$ref": "#/components/responses/416"}
        assert "206" in told
