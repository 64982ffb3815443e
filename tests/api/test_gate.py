"""The gate: so many at work, so many waiting, and a clear no for the next."""

import asyncio
import contextlib

import pytest

from geoml.api import gate
from geoml.api.gate import Gate, Lane, Lanes


class Work:
    """An application whose answers begin when the test says so."""

    def __init__(self):
        self.begun, self.most, self.now = asyncio.Semaphore(0), 0, 0

    async def __call__(self, scope, receive, send):
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self.begun.acquire()
        finally:
            self.now -= 1
        if scope["path"] == "/bug":
            raise RuntimeError("a bug")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/slow-reader":
            await asyncio.sleep(60)
        await send({"type": "http.response.body", "body": b"done"})


async def ask(app, path="/"):
    sent = []

    async def send(message):
        sent.append(message)

    await app({"type": "http", "path": path, "method": "GET", "headers": []}, None, send)
    return sent[0]["status"], dict(sent[0]["headers"])


def through(lane):
    work = Work()
    return work, Gate(work, lambda scope: None if scope["path"] == "/healthz" else lane)


def test_no_more_work_at_once_than_there_are_places():
    async def story():
        work, app = through(lane := Lane("heavy", at_once=2, waiting=3))
        asked = [asyncio.create_task(ask(app)) for _ in range(8)]
        await asyncio.sleep(0.01)
        assert (work.now, len(lane.queue), lane.refused) == (2, 3, 3)
        for _ in range(5):
            work.begun.release()
        answers = await asyncio.gather(*asked)
        refused = [headers for status, headers in answers if status == 503]
        assert [status for status, _ in answers] == [200] * 5 + [503] * 3
        assert all(headers[b"retry-after"] == b"2" for headers in refused)
        assert all(headers[b"content-type"] == b"application/problem+json" for headers in refused)
        assert work.most == 2
        assert (lane.running, len(lane.queue)) == (0, 0)

    asyncio.run(story())


def test_what_needs_no_thread_passes_a_full_gate():
    async def story():
        work, app = through(Lane("heavy", at_once=1, waiting=0))
        busy = asyncio.create_task(ask(app))
        health = asyncio.create_task(ask(app, "/healthz"))
        await asyncio.sleep(0.01)
        assert work.now == 2
        assert (await ask(app))[0] == 503
        work.begun.release()
        work.begun.release()
        assert [(await busy)[0], (await health)[0]] == [200, 200]

    asyncio.run(story())


def test_a_bug_gives_its_place_back():
    async def story():
        work, app = through(lane := Lane("heavy", at_once=1, waiting=0))
        for _ in range(3):
            work.begun.release()
            with pytest.raises(RuntimeError):
                await ask(app, "/bug")
        assert lane.running == 0

    asyncio.run(story())


def test_a_client_that_reads_slowly_holds_no_place():
    async def story():
        work, app = through(lane := Lane("heavy", at_once=1, waiting=0))
        work.begun.release()
        slow = asyncio.create_task(ask(app, "/slow-reader"))
        await asyncio.sleep(0.01)
        assert lane.running == 0
        work.begun.release()
        assert (await ask(app))[0] == 200
        slow.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await slow
        assert lane.running == 0

    asyncio.run(story())


def test_who_waits_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(gate, "PATIENCE_S", 0.02)

    async def story():
        work, app = through(lane := Lane("heavy", at_once=1, waiting=5))
        busy = asyncio.create_task(ask(app))
        await asyncio.sleep(0)
        assert (await ask(app))[0] == 503
        assert (lane.running, len(lane.queue)) == (1, 0)
        work.begun.release()
        assert (await busy)[0] == 200
        assert lane.running == 0

    asyncio.run(story())


def test_who_goes_away_while_waiting_leaves_no_trace():
    async def story():
        work, app = through(lane := Lane("heavy", at_once=1, waiting=5))
        busy = asyncio.create_task(ask(app))
        gone = asyncio.create_task(ask(app))
        last = asyncio.create_task(ask(app))
        await asyncio.sleep(0.01)
        gone.cancel()
        await asyncio.sleep(0.01)
        work.begun.release()
        work.begun.release()
        assert [(await busy)[0], (await last)[0]] == [200, 200]
        assert (lane.running, len(lane.queue)) == (0, 0)

    asyncio.run(story())


def test_a_worker_thread_is_always_left():
    for at_once in (0, 1, 12):
        lanes = Lanes(at_once)
        working = (lanes.heavy, lanes.other, lanes.segment)
        assert sum(lane.at_once for lane in working) < 40  # anyio's worker threads


def test_pictures_leave_every_place_to_tiles():
    tile = {"path": "/tiles/a/1/0/0.png", "query_string": b"rescale=0,1", "method": "GET"}
    picture = {"path": "/services/a/segment", "method": "POST"}
    for at_once in (0, 1, 2, 12):
        lanes = Lanes(at_once)
        looking, drawing = lanes.sort(picture), lanes.sort(tile)
        assert looking is not drawing
        assert 1 <= looking.at_once <= max(1, drawing.at_once - 1)
        # Who was let in with a body finds a place to wait in, and few bodies are in memory.
        assert lanes.pictures.at_once <= looking.at_once + looking.waiting < 8


def test_a_lane_has_a_patience_of_its_own(monkeypatch):
    monkeypatch.setattr(gate, "PATIENCE_S", 0.02)

    async def story():
        work, app = through(Lane("segment", at_once=1, waiting=1, patience_s=5))
        asked = [asyncio.create_task(ask(app)) for _ in range(2)]
        await asyncio.sleep(0.1)
        assert (await ask(app))[0] == 503
        work.begun.release()
        work.begun.release()
        assert [(await one)[0] for one in asked] == [200, 200]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("path", "lane"),
    [
        ("/healthz", None),
        ("/metrics", None),
        ("/maps/index.html", None),
        ("/tiles/a/tiles/WebMercatorQuad/1/0/0.png", "heavy"),
        ("/tiles/a/statistics", "heavy"),
        ("/tiles/a/tilejson.json", "other"),
        ("/areas", "other"),
        ("/collections/a/map/tiles/WebMercatorQuad/1/0/0", "heavy"),
        ("/collections/a/styles/score/map/tiles/WebMercatorQuad/1/0/0", "heavy"),
        ("/collections/a/map/tiles/WebMercatorQuad", "other"),
        ("/collections/a/download/gpkg", "heavy"),
        ("/collections/a/items", "other"),
        ("/wmts?SERVICE=WMTS&Request=GetTile&LAYER=a", "heavy"),
        ("/wmts?SERVICE=WMTS&REQUEST=GetCapabilities", "other"),
        ("/wmts/1.0.0/WMTSCapabilities.xml", "other"),
        ("/services/a/scenarios", "heavy"),
        ("/services/a/predict", "other"),
        ("/services/a/segment", "segment"),
        ("/town/tiles/a/preview.png", "heavy"),
    ],
)
def test_work_is_sorted_by_what_it_costs(path, lane):
    path, _, query = path.partition("?")
    prefix = "/town" if path[1:5] == "town" else ""
    method = "POST" if path.endswith("/segment") else "GET"
    scope = {
        "path": path, "root_path": prefix, "query_string": query.encode(), "method": method,
    }  # fmt: skip
    found = Lanes().sort(scope)
    assert (found.name if found else None) == lane
