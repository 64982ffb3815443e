"""Every attack of the table in every parameter of every route: nothing breaks and nothing sings."""

import http.client
import json
import os
from urllib.parse import quote, unquote_to_bytes

import psutil
import pytest

pytestmark = pytest.mark.slow

HEADERS = (
    *("accept", "accept-encoding", "accept-language", "content-type", "cookie", "forwarded"),
    *("if-match", "if-modified-since", "if-none-match", "if-range", "origin", "range", "referer"),
    *("user-agent", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id"),
    *("x-forwarded-prefix", "x-http-method-override", "x-original-url", "x-rewrite-url"),
)
ALONE = ("authorization", "host")  # a bad one ends the request before the others are read
DEEP = (
    *("/", "/healthz", "/areas/{area}", "/collections/{collectionId}/items", "/stac/search"),
    *("/tiles/{layer}/{z}/{x}/{y}.png", "/editions/{edition}/files/{name}"),
)
MOST_BYTES = 50 << 20


def test_the_table_is_as_large_as_it_says(attacks, bombs):
    texts = [text for group in attacks.values() for text in group]
    assert len(texts) >= 60
    assert len(set(texts)) == len(texts)
    assert all(text.isascii() for text in texts)
    assert min(map(len, bombs)) > 1000


def test_each_canary_sings_when_it_is_touched(canaries, judge):
    """A canary that never sings would pass every test below."""
    canaries.heard.clear()
    canaries.watched["on"] = True
    asked = http.client.HTTPConnection("127.0.0.1", canaries.port, timeout=10)
    asked.request("GET", "/canary")
    stolen = asked.getresponse().read().decode()
    asked.close()
    canaries.file.read_text()
    canaries.watched["on"] = False
    assert {told.split()[0] for told in canaries.heard} >= {"socket.connect", "server", "open"}
    assert stolen == canaries.secret == os.environ[canaries.variable]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ({"status": 500}, "status 500"),
        ({"status": 400, "body": b"Traceback (most recent call last)"}, "Traceback"),
        ({"status": 200, "body": b"982007569"}, "982007569"),
        ({"status": 200, "headers": [(b"x-canary", b"sings")]}, "header"),
        ({"status": 200, "headers": [(b"location", b"/a\r\nb: c")]}, "header"),
        ({"status": 200, "seconds": 2.0}, "CPU"),
        (
            {
                "status": 200,
                "headers": [(b"content-type", b"text/html")],
                "body": b"<p><script>canary()</script>",
            },
            "markup",
        ),
    ],
)
def test_the_judge_finds_each_kind_of_fault(answered, judge, answer, fault):
    assert fault in judge(answered(**answer))
    assert judge(answered(status=404, body=b"<script>canary()</script>")) is None


def test_the_judge_knows_the_paths_of_this_machine(answered, judge, town, canaries):
    for leaked in (str(town.root), canaries.secret):
        assert judge(answered(status=404, body=f"no {leaked}".encode())) is not None


def test_the_good_values_are_good(attacked, operations, target):
    """An attack in the last place of an address that is not found anyway would reach nothing."""
    wrong = []
    for path, verb, told in operations:
        if verb == "get":
            got = attacked.ask(verb, target(path, told)).status
            if got not in {200, 204}:
                wrong.append((target(path, told), got))
    assert wrong == []


def test_the_good_bodies_are_good(attacked, operations, target):
    """An attack in one field of a body that is refused for another would reach nothing."""
    bodies = [(path, told) for path, _, told in operations if told["example"] is not None]
    assert {"predict", "scenarios"} <= {path.rpartition("/")[2] for path, _ in bodies}
    headers = [("content-type", "application/json")]
    for path, told in bodies:
        body = json.dumps(told["example"]).encode()
        got = attacked.ask("post", target(path, told), headers, body)
        assert got.status == 200, (path, got.text)


def test_paths_and_queries(attacked, operations, attacks, target, judge, listening):
    faults = []
    for path, verb, told in operations:
        for one in told["parameters"]:
            for text in (text for group in attacks.values() for text in group):
                where = target(path, told, one["name"], text)
                fault = judge(attacked.ask(verb, where))
                if fault is not None:
                    faults.append((where, fault))
    assert faults == []


def test_parameters_that_nobody_declared(attacked, operations, attacks, target, judge, listening):
    """Also in the name of a parameter; unknown names are answered 400, but for WMTS' own rule."""
    faults, some = [], [text for group in attacks.values() for text in group[:2]]
    for path, verb, told in operations:
        for query in [f"url={text}" for text in some] + [f"{text}=1" for text in some]:
            where = target(path, told)
            where += f"{'&' if '?' in where else '?'}{query}"
            answer = attacked.ask(verb, where)
            fault = judge(answer)
            # OGC 06-121r3, 11.5.2: a KVP server ignores the parameters that it does not know.
            if fault is not None or (answer.status < 400 and path != "/wmts"):
                faults.append((where, fault or answer.status))
    assert faults == []


def test_headers(attacked, operations, attacks, target, judge, listening):
    """Every text in some header of every route; on the routes of ``DEEP``, in every header."""
    texts = [unquote_to_bytes(text) for group in attacks.values() for text in group]
    faults = []
    for number, (path, verb, told) in enumerate(operations):
        where = target(path, told)
        if path in DEEP:
            sets = [[(name, text) for name in HEADERS] for text in texts]
            sets += [[(name, text)] for name in ALONE for text in texts]
        else:
            turned = [*texts[number:], *texts[:number]]
            steps = range(0, len(texts), len(HEADERS))
            sets = [list(zip(HEADERS, turned[step:], strict=False)) for step in steps]
        for headers in sets:
            fault = judge(attacked.ask(verb, where, headers))
            if fault is not None:
                faults.append((where, headers, fault))
    assert set(DEEP) <= {path for path, _, _ in operations}
    assert faults == []


def test_bodies(attacked, operations, attacks, target, judge, listening):
    faults = []
    for path, verb, told in operations:
        for text in (text for group in attacks.values() for text in group):
            for body in (*_bodies(told["body"], text), *_almost_good(told["example"], text)):
                headers = [("content-type", "application/json")]
                fault = judge(attacked.ask(verb, target(path, told), headers, body))
                if fault is not None:
                    faults.append((path, body[:200], fault))
    assert faults == []


def test_bombs(attacked, operations, bombs, target, judge, listening):
    """Texts that grow: answered in under a second of CPU, and hardly any memory is kept."""
    faults, process = [], psutil.Process()
    for path, verb, told in operations:  # what is loaded at first use is no bomb's fault
        attacked.ask(verb, target(path, told))
    before = process.memory_info().rss
    for path, verb, told in operations:
        for text in bombs:
            for where, body in _bombed(path, told, quote(text, safe=""), text, target):
                headers = [("content-type", "application/json")] if body else []
                fault = judge(attacked.ask(verb, where, headers, body))
                if fault is not None:
                    faults.append((where[:200], len(body), fault))
    assert faults == []
    assert process.memory_info().rss - before < MOST_BYTES


def _bombed(path, told, encoded, text, target):
    for one in told["parameters"]:
        yield target(path, told, one["name"], encoded), b""
    if told["body"] is not None:
        where = target(path, told)
        yield where, text.encode()
        yield where, b"[" * 100_000
        yield where, b'{"a":' * 100_000
        yield where, b"[" + b"1," * 500_000 + b"1]"
        yield where, b"1" * 1_000_000
        for body in (*_bodies(told["body"], encoded), *_almost_good(told["example"], encoded)):
            yield where, body


def _almost_good(example, text):
    """A good body with an attack in one of its values, as deep as values go, or among its keys."""
    plain = unquote_to_bytes(text).decode("utf-8", "surrogateescape")
    for attacked in _swapped(example, plain) if isinstance(example, dict) else ():
        yield json.dumps(attacked).encode()


def _swapped(node, text):
    """The same document, each time with another one of its values exchanged for the text."""
    yield text
    if isinstance(node, dict):
        yield {**node, text: text}
        for name, value in node.items():
            yield from ({**node, name: one} for one in _swapped(value, text))
    elif isinstance(node, list) and node:
        yield from ([one, *node[1:]] for one in _swapped(node[0], text))


def _bodies(schema, text):
    """An attack as the whole body, as each value of it, as a key, and as a bare JSON word."""
    if schema is None:
        return
    raw = unquote_to_bytes(text)
    plain = json.dumps(raw.decode("utf-8", "surrogateescape")).encode()
    yield raw
    yield plain
    yield b"{%s: 1}" % plain
    for option in schema.get("oneOf", schema.get("anyOf", [schema])):
        whole = option.get("items", option)
        for name in whole.get("properties", {}):
            for value in (plain, raw, b"[%s]" % plain, b'{"type": %s}' % plain):
                body = b"{%s: %s}" % (json.dumps(name).encode(), value)
                yield b"[%s]" % body if option.get("type") == "array" else body
