"""The client against a server of its own: nothing here leaves the machine."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from geoml.errors import MissingTool, OutsideData, UnreadableFile
from geoml.features.solar.azimuth import CompassAzimuth
from geoml.features.solar.planes import planes
from geoml.features.solar.pvgis import Door, fetch_yield, pvgis_sky

SUMS = [40, 60, 100, 130, 160, 180, 190, 165, 120, 75, 45, 35]


def monthly(years=(2005, 2006)):
    """MRcalc's form: one row for each month of each year; the second year is 10 % brighter."""
    rows = [
        {"year": year, "month": month, "H(h)_m": SUMS[month - 1] * (1 + 0.1 * number)}
        for number, year in enumerate(years)
        for month in range(1, 13)
    ]
    meteo = {"radiation_db": "PVGIS-SARAH3"}
    return {"inputs": {"meteo_data": meteo}, "outputs": {"monthly": rows}}


@contextmanager
def server(*answers):
    """A PVGIS that gives these (status, document) in turn, the last for ever; yields its log."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            status, document = left.pop(0) if len(left) > 1 else left[0]
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            entry = f"http://127.0.0.1:{running.server_port}"
            yield Door(entry, timeout_s=2, tries=2, pause_s=0), asked
        finally:
            running.shutdown()
            thread.join()


def test_offline_is_the_default_and_asks_nobody(tmp_path):
    with server((200, monthly())) as (door, asked):
        assert pvgis_sky(45.0, 8.0, tmp_path / "pvgis.json", door=door) is None
    assert asked == []
    assert list(tmp_path.iterdir()) == []


def test_online_once_then_from_the_file(tmp_path):
    cache = tmp_path / "pvgis.json"
    with server((200, monthly())) as (door, asked):
        first = pvgis_sky(45.0, 8.0, cache, online=True, door=door)
        second = pvgis_sky(45.0, 8.0, cache, online=True, door=door)
    assert len(asked) == 1
    assert first == second == pvgis_sky(45.0, 8.0, cache)
    assert first.source.startswith("PVGIS PVGIS-SARAH3 2005-2006, fetched 20")
    assert first.interannual == pytest.approx(0.1 / np.sqrt(2) / 1.05, abs=1e-3)
    level = planes(45.0, first).monthly(np.array([0.0]), CompassAzimuth(0.0))[0]
    np.testing.assert_allclose(level, np.array(SUMS) * 1.05, rtol=2e-3)


def test_the_file_of_another_place_is_not_used(tmp_path):
    cache = tmp_path / "pvgis.json"
    with server((200, monthly())) as (door, _):
        pvgis_sky(45.0, 8.0, cache, online=True, door=door)
    assert pvgis_sky(46.0, 8.0, cache) is None


def test_a_busy_server_is_asked_again(tmp_path):
    with server((529, {}), (200, monthly())) as (door, asked):
        assert pvgis_sky(45.0, 8.0, tmp_path / "pvgis.json", online=True, door=door)
    assert len(asked) == 2


def test_a_server_that_stays_busy_is_told_as_missing(tmp_path):
    with (
        server((503, {})) as (door, asked),
        pytest.raises(MissingTool, match="reached") as caught,
    ):
        pvgis_sky(45.0, 8.0, tmp_path / "pvgis.json", online=True, door=door)
    assert "offline" in caught.value.next_step
    assert len(asked) == 2


def test_nobody_at_the_door(tmp_path):
    door = Door("http://127.0.0.1:9", timeout_s=1, tries=1)
    with pytest.raises(MissingTool, match="reached"):
        pvgis_sky(45.0, 8.0, tmp_path / "pvgis.json", online=True, door=door)


def test_a_place_at_sea_is_told_in_the_words_of_pvgis(tmp_path):
    refusal = {"message": "Location over the sea. Please, select another location", "status": 400}
    with server((400, refusal)) as (door, _), pytest.raises(OutsideData, match="over the sea"):
        pvgis_sky(0.0, 0.0, tmp_path / "pvgis.json", online=True, door=door)


@pytest.mark.parametrize(
    "answer", [b"<html>", {"outputs": {}}, [], monthly(years=()), {**monthly(), "inputs": {}}]
)
def test_an_answer_that_is_none_is_refused_and_not_kept(tmp_path, answer):
    cache = tmp_path / "pvgis.json"
    with server((200, answer)) as (door, _), pytest.raises(UnreadableFile, match="PVGIS"):
        pvgis_sky(45.0, 8.0, cache, online=True, door=door)
    assert not cache.exists()


def test_azimuths_are_turned_to_the_convention_of_pvgis():
    totals = {"outputs": {"totals": {"fixed": {"E_y": 1350.0, "H(i)_y": 1720.0}}}}
    with server((200, totals)) as (door, asked):
        assert fetch_yield(45.0, 8.0, 35.0, CompassAzimuth(90.0), door=door) == (1350.0, 1720.0)
    question = parse_qs(urlsplit(asked[0]).query)
    assert (question["aspect"], question["angle"]) == (["-90"], ["35"])
