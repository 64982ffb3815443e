"""Text is compressed as the client likes it, pictures never again, and tags stay right."""

import asyncio
import gzip
import json

import brotli
import pytest
import zstandard

from geoml.api.compression import LEAST, Compression, choose

BACK = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
    "identity": bytes,
}
LONG = json.dumps({"features": list(range(2_000))}).encode()


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        (None, "identity"),
        ("", "identity"),
        ("identity", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0, zstd", "zstd"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.5, identity", "identity"),
        ("*", "identity"),
        ("*;q=0.1, gzip", "gzip"),
        ("br;q=0, *", "zstd"),
        ("identity;q=0, gzip;q=0.001", "gzip"),
        ("identity;q=0", None),
        ("*;q=0", None),
        ("identity;q=0, *", "br"),
        ("GZIP ; Q=0.8", "gzip"),
        ("deflate, compress", "identity"),
        ("gzip;q=nan", "identity"),
        ("gzip;q=-1, br;q=2", "identity"),
        (",,;q=1,", "identity"),
        ("gzip," * 200, "identity"),
    ],
)
def test_the_coding_is_what_the_client_likes_best(asked, chosen):
    assert choose(asked) == chosen


def ask(asked, *, status=200, kind="application/json", body=LONG, parts=1, headers=(), length=True):
    """Status, headers and body of one answer through the middleware."""
    size = [(b"content-length", b"%d" % len(body))] if length else []
    start = [(b"content-type", kind.encode()), *size, *headers]

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": start})
        step = -(-len(body) // parts) or 1
        for at in range(0, max(len(body), 1), step):
            more = at + step < len(body)
            part = body[at : at + step]
            await send({"type": "http.response.body", "body": part, "more_body": more})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/x", "query_string": b"",
        "headers": [(b"accept-encoding", asked.encode())] if asked is not None else [],
    }  # fmt: skip
    asyncio.run(Compression(app)(scope, None, send))
    got = b"".join(one.get("body", b"") for one in sent[1:])
    assert not sent[-1].get("more_body")
    return sent[0]["status"], {k.decode(): v.decode() for k, v in sent[0]["headers"]}, got


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("parts", [1, 7])
@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_a_body_comes_back_as_it_was(coding, parts, length):
    _, headers, body = ask(coding, parts=parts, length=length, headers=[(b"etag", b'"a"')])
    assert headers["content-encoding"] == coding
    assert headers["etag"] == 'W/"a"'
    assert headers["vary"] == "Accept-Encoding"
    assert headers.get("content-length", str(len(body))) == str(len(body))
    assert ("content-length" in headers) == length
    assert len(body) < len(LONG) / 2
    assert BACK[coding](body) == LONG


@pytest.mark.parametrize(
    "kind",
    ["image/png", "image/webp", "image/tiff", "application/vnd.pmtiles", "application/octet-stream",
     "application/vnd.apache.parquet", "application/geopackage+sqlite3", "application/zip"],
)  # fmt: skip
def test_what_is_compressed_already_is_left_alone(kind):
    status, headers, body = ask("gzip, br", kind=kind, headers=[(b"etag", b'"a"')])
    assert (status, body) == (200, LONG)
    assert set(headers) == {"content-type", "content-length", "etag"}
    assert headers["etag"] == '"a"'


def test_a_vector_tile_that_is_gzip_already_is_sent_as_it_is():
    kind, packed = "application/vnd.mapbox-vector-tile", gzip.compress(LONG)
    _, headers, body = ask(
        "br, gzip", kind=kind, body=packed, headers=[(b"content-encoding", b"gzip")]
    )
    assert (headers["content-encoding"], body) == ("gzip", packed)
    assert ask("gzip", kind=kind)[1]["content-encoding"] == "gzip"


@pytest.mark.parametrize("status", [204, 206, 304])
def test_answers_without_a_whole_body_are_left_alone(status):
    _, headers, _ = ask("gzip", status=status, body=b"")
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"


def test_a_short_body_is_not_worth_it_and_still_says_what_it_depends_on():
    _, headers, body = ask("gzip", body=b"a" * (LEAST - 1))
    assert "content-encoding" not in headers
    assert headers["vary"] == "Accept-Encoding"
    assert len(body) == LEAST - 1


def test_plain_content_varies_too():
    _, headers, body = ask("identity", headers=[(b"vary", b"Accept"), (b"etag", b'"a"')])
    assert (headers["vary"], headers["etag"], body) == ("Accept, Accept-Encoding", '"a"', LONG)


def test_a_client_that_takes_nothing_is_told_so():
    status, headers, body = ask("identity;q=0, *;q=0")
    assert status == 406
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["expected"] == ["br", "zstd", "gzip", "identity"]


def test_two_answers_at_one_address_are_never_mixed_up():
    """Same path, same tag, another body: staff see more than the public."""
    bodies = iter([LONG, LONG.replace(b"1", b"2")])

    async def app(scope, receive, send):
        body = next(bodies)
        start = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        start.append((b"etag", b'"same"'))
        await send({"type": "http.response.start", "status": 200, "headers": start})
        await send({"type": "http.response.body", "body": body})

    sent = []

    async def send(message):
        sent.append(message.get("body"))

    middleware = Compression(app)
    for _ in range(2):
        scope = {"type": "http", "path": "/x", "headers": [(b"accept-encoding", b"gzip")]}
        asyncio.run(middleware(scope, None, send))
    assert gzip.decompress(sent[1]) == LONG
    assert gzip.decompress(sent[3]) == LONG.replace(b"1", b"2")


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "identity"])
def test_every_door_gives_the_same_in_every_coding(client, service_name, coding):
    for path in ("/areas", "/api", "/static/landing.css", f"/services/{service_name}"):
        plain = client.get(path, headers={"accept-encoding": "identity"})
        with client.stream("GET", path, headers={"accept-encoding": coding}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.status_code == 200
        assert "accept-encoding" in answer.headers["vary"].lower()
        assert BACK[answer.headers.get("content-encoding", "identity")](raw) == plain.content
    if coding != "identity":
        assert answer.headers["content-encoding"] == coding


def test_a_compressed_file_is_not_modified_when_its_tag_comes_back(client):
    first = client.get("/static/landing.css", headers={"accept-encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    again = {"accept-encoding": "br", "if-none-match": first.headers["etag"]}
    answer = client.get("/static/landing.css", headers=again)
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["vary"] == "Accept-Encoding"


def test_a_part_of_a_file_is_a_part_of_the_file(client, edition_of):
    files = edition_of("town")["files"]
    href = next(file["href"] for file in files if file["name"] == "edition.json")
    asked = {"accept-encoding": "gzip", "range": "bytes=0-9"}
    answer = client.get(href, headers=asked)
    assert (answer.status_code, len(answer.content)) == (206, 10)
    assert "content-encoding" not in answer.headers


def test_tiles_are_never_compressed_again(client, service_name):
    tile = f"/tiles/{service_name}-town-score/0/0/0.png"
    for url in (tile, tile.replace("score/0", "score/tiles/WebMercatorQuad/0")):
        answer = client.get(url, headers={"accept-encoding": "gzip, br, zstd"})
        assert answer.headers["content-type"] == "image/png"
        assert "content-encoding" not in answer.headers
