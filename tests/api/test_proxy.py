"""Behind Debian's nginx, below a path, as ``docs/operations.md`` says; and in a town's iframe."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest

from geoml.cli.smoke import serving
from geoml.paths import maps_dir

pytestmark = pytest.mark.slow

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGE = Path(__file__).parent.parent.parent / "docs" / "operations.md"
PATH = "/heat"
CONFIG = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  types {{ text/html html; }}
  server {{ listen 127.0.0.1:{town}; {locations} }}
  server {{ listen 127.0.0.1:{friend}; root {folder}/site; }}
  server {{ listen 127.0.0.1:{foe}; root {folder}/site; }}
}}
"""


def free_ports(count):
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in probes]


@contextmanager
def nginx(folder, **words):
    """A private nginx in the foreground, ended by its own id."""
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(CONFIG.format(folder=folder, user=user, **words))
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", words["town"])) == 0:
                        break
                assert server.poll() is None, (folder / "error.log").read_text()
                time.sleep(0.05)
            yield
        finally:
            server.terminate()


@pytest.fixture(scope="module", params=["stripped", "kept"])
def site(request, town, tmp_path_factory):
    """The shipped server behind nginx; its address, and those of two other sites."""
    if NGINX is None:
        pytest.skip("no nginx: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    outside, friend, foe = free_ports(3)
    address = f"http://127.0.0.1:{outside}{PATH}"
    [locations] = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(), re.S)
    (folder / "site").mkdir()
    (folder / "site" / "page.html").write_text(
        f'<!doctype html><title>Town</title><link rel="icon" href="data:,">'
        f'<iframe src="{address}/maps/" width="900" height="600"></iframe>'
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GEOML_PUBLIC_URL", address)
        patch.setenv("GEOML_FRAME_ANCESTORS", f"http://127.0.0.1:{friend}")
        with serving(home=town.root) as inside:
            to = f"127.0.0.1:{inside}" + ("/;" if request.param == "stripped" else ";")
            locations = locations.replace("127.0.0.1:8000/;", to)
            with nginx(folder, town=outside, friend=friend, foe=foe, locations=locations):
                friend, foe = (f"http://127.0.0.1:{port}" for port in (friend, foe))
                yield SimpleNamespace(address=address, friend=friend, foe=foe)


def get(url, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def links(document):
    """Every address in a JSON document, templates and the texts of licences left out."""
    if isinstance(document, dict):
        if document.get("rel") == "license":  # the one thing that others publish
            return
        for name, value in document.items():
            if name in {"href", "url", "tilejson"} and str(value).startswith(("/", "http")):
                yield value
            else:
                yield from links(value)
    elif isinstance(document, list):
        for one in document:
            yield from links(one)


def test_every_link_leads_back_through_the_proxy(site):
    """A walk over what is linked, from the landing page, two links deep."""
    seen, ask = set(), [f"{site.address}/", f"{site.address}/areas"]
    for _ in range(3):
        found = set()
        for url in ask:
            seen.add(url)
            status, headers, body = get(url, Accept="application/json")
            assert status == 200, url
            if "json" in headers["content-type"] and "seq" not in headers["content-type"]:
                found |= {urljoin(url, one) for one in links(json.loads(body)) if "{" not in one}
        leaving = [one for one in found if not one.startswith(site.address)]
        assert leaving == []
        ask = sorted(found - seen)[:60]
    assert len(seen) > 20


def test_tiles_and_tilejson(site, service_name):
    status, _, body = get(f"{site.address}/tiles/{service_name}-town-score/tilejson.json")
    assert status == 200
    told = json.loads(body)
    [template] = told["tiles"]
    assert template.startswith(f"{site.address}/tiles/")
    status, headers, png = get(template.format(z=0, x=0, y=0))
    assert (status, headers["content-type"], png[:4]) == (200, "image/png", b"\x89PNG")
    assert get(template.format(z=0, x=0, y=0), **{"If-None-Match": headers["etag"]})[0] == 304


def test_the_document_names_the_path(site):
    told = json.loads(get(f"{site.address}/api")[2])
    assert [one["url"].rstrip("/") for one in told["servers"]] in ([PATH], [site.address])


def test_a_file_is_downloaded_by_ranges_through_the_proxy(site):
    area = json.loads(get(f"{site.address}/areas/town")[2])
    file = next(one for one in area["editions"][0]["files"] if one["name"] == "score.tif")
    status, headers, body = get(urljoin(site.address, file["href"]), Range="bytes=0-3")
    assert (status, len(body)) == (206, 4)
    assert headers["content-range"].startswith("bytes 0-3/")


def test_refusals_come_through_as_they_are(site):
    status, headers, body = get(f"{site.address}/areas", Authorization="Bearer x")
    assert (status, headers["www-authenticate"].split()[0]) == (401, "Bearer")
    assert json.loads(body)["status"] == 401
    assert get(f"{site.address}/nothing")[0] == 404


@pytest.fixture(scope="module")
def page_of():
    """Opens a page of its own in Chromium, which remembers what was asked and complained about."""
    if CHROMIUM is None:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    if not maps_dir().is_dir():
        pytest.skip("the front end is not built: run `make maps`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, ExitStack() as stack:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        stack.callback(browser.close)

        def page():
            context = browser.new_context(viewport={"width": 1000, "height": 700})
            stack.callback(context.close)
            page = context.new_page()
            page.asked, page.complaints = [], []
            page.on("request", lambda request: page.asked.append(request.url))
            page.on("console", lambda message: message.type in {"error", "warning"}
                    and page.complaints.append(message.text))  # fmt: skip
            return page

        yield page


@pytest.mark.browser
def test_the_map_and_the_documentation_below_a_path(site, page_of):
    page = page_of()
    page.goto(f"{site.address}/maps/")
    page.wait_for_selector("html[data-state=ready]", timeout=30_000)
    assert page.locator("img.leaflet-tile-loaded").count() > 0
    page.goto(f"{site.address}/docs")
    page.locator(".opblock-summary").first.wait_for(timeout=20_000)
    outside = [u for u in page.asked if not u.startswith((site.address, "data:", "blob:"))]
    assert outside == []
    assert page.complaints == []


@pytest.mark.browser
def test_a_named_site_shows_the_map_in_an_iframe(site, page_of):
    page = page_of()
    page.goto(f"{site.friend}/page.html")
    frame = page.frames[1]
    frame.wait_for_selector("html[data-state=ready]", timeout=30_000)
    assert frame.locator("img.leaflet-tile-loaded").count() > 0
    assert page.complaints == []


@pytest.mark.browser
def test_another_site_gets_an_empty_frame(site, page_of):
    page = page_of()
    page.goto(f"{site.foe}/page.html")
    page.wait_for_timeout(1_500)
    assert page.locator("iframe").count() == 1
    assert not [one for one in page.frames if one.url.startswith(site.address)]
    assert any("frame-ancestors" in one for one in page.complaints)
    assert not [url for url in page.asked if "/tiles/" in url]
