"""Fuzz target: the parsers of boxes, times, filters, geometries and tile addresses.

Run ``python tests/fuzz/target.py --seconds 60``: by coverage where ``atheris`` is installed, else
by texts that are cut, joined and swapped from the corpus. It ends with 1 at the first fault.
"""

import argparse
import json
import random
import sys
import time

from geoml import catalog
from geoml.api import scenarios
from geoml.api.ogc import boxes as ogc_boxes
from geoml.api.ogc import cql2, crs, moments, parameters, predicates
from geoml.api.problems import BadBody
from geoml.api.security import door_of, loggable
from geoml.api.stac import query as stac
from geoml.errors import GeomlError, UnknownLayer
from tiles.fast import FastLane
from tiles.front import TileFront
from tiles.grids import MAX_ZOOM, offered, tile_grid

SLOWEST_S = 1.0  # of CPU
LONGEST = 4000
FIELDS = {"name": "string", "kind": "string", "height_m": "number"}


class TooSlow(Exception):
    """A text that took longer than any text may."""


def boxes(text):
    """The boxes that a bbox means, in degrees."""
    try:
        return ogc_boxes.checked(ogc_boxes.numbers(text), crs.known("OGC:CRS84"))
    except GeomlError:
        return ()


def _box(text):
    values = ogc_boxes.numbers(text)
    for name in ("OGC:CRS84", "EPSG:4326", "EPSG:3857", "EPSG:2154"):
        ogc_boxes.checked(values, crs.known(name))


def _query(text):
    raw = text.encode("utf-8", "surrogatepass").replace(b"#", b"")
    declared = {one.name: one for one in (ogc_boxes.BBOX, moments.DATETIME, cql2.FILTER)}
    parameters.read(raw, declared)


def _filter(text):
    predicates.check(cql2.parsed(text), FIELDS)


def _body(text):
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = {"bbox": text.split(","), "datetime": text, "ids": [text], "token": text}
    stac.from_body(found)


def _scenario(text):
    """A text as the whole question, as its geometry where it is JSON, and as its other values."""
    service = next(one for one in map(catalog.get, catalog.names()) if one.actions)
    action = service.actions[0]
    good = {"area": "a", "geometry": None, "action": action.name, "amount": action.valid[1]}
    try:
        shape = json.loads(text)
    except (ValueError, RecursionError):
        shape = {"type": "Polygon", "coordinates": text}
    filled = [json.dumps({**good, "geometry": shape})]
    filled += [json.dumps({**good, name: text}) for name in good]
    for body in (text, *filled):
        try:
            scenarios.parse(service, body.encode("utf-8", "surrogatepass"), "application/json")
        except BadBody as error:
            if error.status not in {400, 422} or not error.detail:
                raise ValueError("a refusal that says nothing") from error


def _tile(text):
    numbers = [int(part) for part in text.split("/") if part.isascii() and part.isdigit()][:3]
    if len(numbers) == 3 and numbers[0] <= MAX_ZOOM:
        for name in offered().list():
            tile_grid(name, *numbers)


class _NoLayers:
    def get(self, name):
        raise UnknownLayer("no such layer", where=name[:20])


def _front(text):
    """The tile front hands on what it does not answer; it never answers here."""
    path, _, query = text.partition("?")
    passed = []

    async def application(scope, receive, send):
        passed.append(scope)

    front = TileFront(application, _NoLayers(), FastLane())
    octets = query.encode("utf-8", "surrogatepass")
    for start in ("", "/tiles/", "/tiles/a/1/"):
        scope = {"type": "http", "method": "GET", "path": start + path, "headers": []}
        call = front({**scope, "query_string": octets}, None, None)
        try:
            call.send(None)
        except StopIteration:
            continue
    if len(passed) != 3:
        raise TypeError("the front answered for a layer that there is not")


def _path(text):
    door_of(text)
    loggable(text)


PARSERS = {
    "bbox": _box,
    "datetime": moments.interval,
    "filter": _filter,
    "front": _front,
    "path": _path,
    "query": _query,
    "scenario": _scenario,
    "stac body": _body,
    "stac geometry": stac.INTERSECTS.read,
    "stac ids": stac.IDS.read,
    "stac token": stac.TOKEN.read,
    "tile": _tile,
}

CORPUS = [
    *("", ",", ",,,", "1,2,3,4", "1,2,3,4,5,6", "177,65,-177,70", "-180,-90,180,90", "0,0,0,0"),
    *("1e400,0,1,1", "NaN,0,1,1", "inf,-inf,0,0", "1,2,3", "٣,1,2,3", "1_0,2,3,4", "0x1,2,3,4"),
    *("1e308,1e308,1e308,1e308", "-0,-0,-0,-0", " 1,2,3,4", "1,2,3,4\0", "+1,+2,+3,+4", "1,2,,4"),
    *("2025-07-20", "2025-07-20T00:00:00Z/..", "../..", "/", "..", "P2D/2025-07-20", "2025-13-45"),
    *(
        "2025-07-20/P2D",
        "2025-07-20/P99999999Y",
        "0001-01-01/P1D",
        "P1D/0001-01-01",
        "9999-12-31/P9M",
    ),
    *("2025-07-20T24:00:00Z", "2025-07-20T23:59:60Z", "2025-07-20T00:00:00.123456789012Z", "P/P"),
    *("name = 'a'", "NOT NOT name = 'a'", "name LIKE '%%%%%%%%%%b'", "height_m BETWEEN 1 AND 2"),
    *("height_m = 1e400", "height_m / 0 = 1", "name IN ()", "S_INTERSECTS(geometry, POINT(0 0))"),
    *("S_INTERSECTS(geometry, BBOX(1,2,3))", "S_INTERSECTS(geometry, POLYGON((0 0)))", "name = '"),
    *("T_AFTER(name, DATE('2025-07-20'))", "f(1) = 2", "name = name = name", "1 = 1", "''", '"'),
    *("10/0/0", "24/16777215/16777215", "25/0/0", "-1/0/0", "0/0/1", "٣/0/0", "99999999999/0/0"),
    *("/tiles/a/1/0/0.png?style=b", "/tiles//1/0/0.png", "/tiles/a/99/99999999/99999999.png"),
    *(
        '{"bbox": [1, 2, 3, 4]}',
        '{"bbox": ["1"]}',
        '{"limit": 1e400}',
        '{"limit": NaN}',
        "[[[[",
        "{}",
    ),
    *('{"intersects": {"type": "Point", "coordinates": [1e400, 0]}}', '{"ids": "a"}', "null", "[]"),
    *('{"type": "Point", "coordinates": []}', '{"type": "Polygon", "coordinates": [[[0, 0]]]}'),
    *('{"type": "Point", "coordinates": [[[1]]]}', '{"type": "Polygon", "coordinates": null}'),
    *('{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}', "[[[[0,0],[1,1e999]]]]"),
    *('{"type": "GeometryCollection", "geometries": []}', '{"type": ["Point"]}', '{"type": {}}'),
    *("bbox=1,2,3,4&bbox=1,2,3,4", "bbox=%ff", "bbox", "=&=", "&" * 200, "filter=%00", "%zz=%"),
    *("(" * 8 + " 1", "(" * 21 + " 1", "(" * 7 + "name IN (" + "1," * 1900 + "b"),
    *("(" * 7 + "name IN (1) AND " * 90 + "name = 'a'" + ")" * 7, "CASEI(" * 23 + "name"),
    *("(" * 2000, "NOT " * 900, "1," * 1900, "9" * 3900, "-" * 3000, "[" * 3900, '{"a":' * 700),
    *(
        "name = 'a' OR " * 200,
        "1+" * 1900,
        "'" * 3999,
        "%a" * 1900,
        "P1Y" * 1000,
        "\ud800",
        "\0" * 9,
    ),
]


def check(name, text):
    """An answer, or one of our errors, within ``SLOWEST_S``; anything else is raised."""
    started = time.process_time()
    try:
        PARSERS[name](text[:LONGEST])
    except GeomlError as error:
        if not str(error):
            raise ValueError("an error that says nothing") from error
    took = time.process_time() - started
    if took > SLOWEST_S:
        raise TooSlow(f"{name}: {took:.2f} s for {text[:200]!r}")


def mixed(chance):
    """A text made from two of the corpus."""
    one, other = chance.choice(CORPUS)[:400], chance.choice(CORPUS)[:400]
    cut, resume = chance.randint(0, len(one)), chance.randint(0, len(other))
    letters = list(one[:cut] + other[resume:])
    for _ in range(chance.randint(0, 3)):
        if letters:
            letters[chance.randrange(len(letters))] = chr(chance.choice([0, 37, 44, 57, 101, 1635]))
    return "".join(letters)


def main():
    """Look for faults for some seconds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    try:
        import atheris
    except ModuleNotFoundError:
        return _by_chance(asked.seconds, random.Random(asked.seed))
    names = sorted(PARSERS)

    def one(data):
        given = atheris.FuzzedDataProvider(data)
        check(names[given.ConsumeIntInRange(0, len(names) - 1)], given.ConsumeUnicode(LONGEST))

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], f"-max_total_time={int(asked.seconds)}"], one)
    atheris.Fuzz()
    return 0


def _by_chance(seconds, chance):
    ends, count = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        text = mixed(chance)
        for name in PARSERS:
            check(name, text)
        count += 1
    sys.stdout.write(f"{count} texts, no fault\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
