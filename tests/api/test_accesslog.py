"""The log is one JSON line per answer, tells nobody's whereabouts, and keeps nobody waiting."""

import json
import time
from threading import Event

from starlette.testclient import TestClient

from geoml.api.accesslog import QueuedLog, line
from geoml.api.app import create_app
from geoml.api.settings import Settings

ID = b"0" * 32


def test_a_line_is_json_with_a_time_in_utc():
    told = json.loads(line(1_766_000_000.25, ID, "GET", '/areas/"\n', 200, 0.00125))
    assert told == {
        "time": "2025-12-17T19:33:20.250Z", "id": "0" * 32, "method": "GET",
        "path": '/areas/"\n', "status": 200, "ms": 1.25,
    }  # fmt: skip
    assert "\n" not in line(0, ID, "GET", "/a\nb", 200, 0)


def test_every_answer_is_one_line_and_none_says_where_somebody_is(town, service_name, middle):
    written = []
    log = QueuedLog(written.append)
    lon, lat = middle
    with TestClient(create_app(Settings(home=town.root), log)) as client:
        ids = [
            client.get(path).headers["x-request-id"]
            for path in (
                f"/tiles/{service_name}-town-score/point/{lon},{lat}",
                f"/services/{service_name}/at?lon={lon}&lat={lat}",
                "/nothing",
            )
        ]
    log.close()
    lines = [json.loads(one) for one in "".join(written).splitlines()]
    assert [one["id"] for one in lines] == ids
    assert [one["status"] for one in lines] == [200, 200, 404]
    assert f"{lon:.3f}"[:5] not in "".join(written)
    assert "testclient" not in "".join(written)


def test_a_reader_that_stopped_reading_costs_lines_and_no_time():
    stuck = Event()
    log = QueuedLog(lambda _text: stuck.wait(10), most=100)
    log(0, ID, "GET", "/first", 200, 0)
    while log.waiting:  # the thread has it, and is stuck
        time.sleep(0.01)
    started = time.perf_counter()
    for _ in range(1_000):
        log(0, ID, "GET", "/", 200, 0)
    assert time.perf_counter() - started < 1
    assert (log.waiting, log.lost) == (100, 900)
    stuck.set()
    log.close()
    assert log.waiting == 0


def test_a_closed_stream_is_no_error():
    def closed(_text):
        raise ValueError("I/O operation on closed file")

    log = QueuedLog(closed)
    log(0, ID, "GET", "/", 200, 0)
    log.close()
    assert log.lost == 1
