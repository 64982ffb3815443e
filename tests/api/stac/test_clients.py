"""The reference client and the reference validator, over HTTP, without another machine."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

RUNNER = Path(__file__).parent / "offline_validator.py"
PLACE = {"type": "Point", "coordinates": [4.86, 45.75]}


def test_pystac_client_opens_searches_pages_and_downloads(server, history):
    pystac_client = pytest.importorskip("pystac_client")
    client = pystac_client.Client.open(server)
    assert {one.id for one in client.get_collections()} >= {"town-sources", history.collection}
    wanted = [history.item(one) for one in reversed(history.ids)]
    for method in ("GET", "POST"):
        search = client.search(
            collections=[history.collection],
            intersects=PLACE,
            datetime="2025-07-20",
            limit=1,
            method=method,
        )
        assert search.matched() == 3
        assert [one.id for one in search.items()] == wanted
    item = client.get_collection(history.collection).get_item(wanted[0])
    asset = item.assets["score"]
    with urlopen(asset.get_absolute_href()) as answer:
        body = answer.read()
    assert asset.extra_fields["file:checksum"] == "1220" + hashlib.sha256(body).hexdigest()
    assert [one.id for one in client.search(bbox=[10, 10, 11, 11]).items()] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sources", "editions"])
def test_stac_api_validator_finds_no_error(server, history, kind):
    pytest.importorskip("stac_api_validator")
    collection = "town-sources" if kind == "sources" else history.collection
    told = _validated(server, collection)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "error:" not in told.stdout


@pytest.mark.slow
def test_stac_api_validator_can_find_an_error(server):
    pytest.importorskip("stac_api_validator")
    told = _validated(server, "nobody-sources")
    assert told.returncode == 1
    assert "error:" in told.stdout


def _validated(server, collection):
    command = [sys.executable, RUNNER, server, collection, json.dumps(PLACE)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
