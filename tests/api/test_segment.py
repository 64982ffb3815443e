"""A picture that somebody sends: what is seen in it, and what is refused."""

import warnings

import numpy as np
import pytest
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from shapely.geometry import box, shape
from starlette.testclient import TestClient

from geoml import catalog
from geoml.api.app import create_app
from geoml.api.gate import Lanes
from geoml.api.settings import Settings

LOOKING = tuple(name for name in catalog.names() if catalog.get(name).segmentation)
ROOF, GROUND = (180, 60, 50), (90, 130, 70)
BOX = (40, 30, 120, 130)
"""West, north, east, south of the one red roof, in pixels."""


@pytest.fixture(scope="module", params=LOOKING)
def path(request):
    return f"/services/{request.param}/segment"


def written(driver, rgb, profile):
    """A file in memory; that it says nothing of its place is meant."""
    with MemoryFile() as memory, warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with memory.open(driver=driver, **profile) as file:
            file.write(rgb)
        return memory.read()


def picture(driver="PNG", side=192, **options):
    """A red roof on green ground, as a file."""
    rgb = np.empty((3, side, side), np.uint8)
    rgb[:] = np.array(GROUND, np.uint8)[:, None, None]
    west, north, east, south = BOX
    rgb[:, north:south, west:east] = np.array(ROOF, np.uint8)[:, None, None]
    profile = {"width": side, "height": side, "count": 3, "dtype": "uint8", **options}
    return written(driver, rgb, profile)


HERE = Affine(0.25, 0, 843_000, 0, -0.25, 6_519_000)
CORNERS = [
    GroundControlPoint(row, col, 843_000 + col / 4, 6_519_000 - row / 4)
    for row, col in ((0, 0), (0, 192), (192, 0), (192, 192))
]


def placed():
    """The same picture, 0.25 m a pixel, in the south-east of Lyon."""
    return picture("GTiff", crs="EPSG:2154", transform=HERE)


def send(client, path, content, **query):
    return client.post(path, files={"file": ("roof", content)}, params=query)


@pytest.fixture(scope="module")
def found(client, path):
    answer = send(client, path, placed())
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()


def test_a_picture_with_a_place_is_answered_in_degrees(found):
    (feature,) = found["features"]
    assert feature["type"] == "Feature"
    outline = shape(feature["geometry"])
    assert outline.exterior.is_ccw
    west, south, east, north = outline.bounds
    assert 4.83 < west < east < 4.86
    assert 45.74 < south < north < 45.77
    assert found["coordinates"] == "lonlat"
    assert found["gsd"] == pytest.approx(0.25, rel=0.01)
    assert found["latitude"] == pytest.approx(45.75, abs=0.02)


def test_every_roof_has_probability_area_and_energy_with_its_ends(found, path):
    (told,) = (one["properties"] for one in found["features"])
    name = path.split("/")[2]
    assert 0.9 < told["probability"] <= 1
    assert told["area_m2"] == pytest.approx(20 * 25, rel=0.03)
    assert 0 == told["kwh_yr_low"] < told["kwh_yr"] < told["kwh_yr_high"]
    assert 0 <= told["lower"] <= told[f"{name}_score"] <= told["upper"] <= 100
    declared = {one.name for one in catalog.get(name).segmentation.columns}
    assert declared < set(told)
    assert found["assumptions"]
    assert found["is_not"]["fr"]


def test_pixels_are_answered_in_pixels(client, path):
    answer = send(client, path, picture(), coordinates="pixel", gsd=0.1)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["gsd"], told["coordinates"]) == (0.1, "pixel")
    assert (told["width"], told["height"]) == (192, 192)
    (feature,) = told["features"]
    outline, roof = shape(feature["geometry"]), box(*BOX)
    assert outline.intersection(roof).area / outline.union(roof).area > 0.9
    properties = feature["properties"]
    assert properties["area_m2"] == pytest.approx(8 * 10, rel=0.06)
    assert properties["kwh_yr_low"] < properties["kwh_yr"] < properties["kwh_yr_high"]
    assert "place_unknown" in [one["code"] for one in told["warnings"]]
    there = send(client, path, picture(), coordinates="pixel", gsd=0.1, lat=45).json()
    assert there["latitude"] == 45
    (narrow,) = (one["properties"] for one in there["features"])
    assert properties["kwh_yr_low"] <= narrow["kwh_yr_low"] < narrow["kwh_yr_high"]
    assert narrow["kwh_yr_high"] <= properties["kwh_yr_high"]


def test_without_a_scale_there_are_outlines_and_no_areas(client, path):
    told = send(client, path, picture("JPEG"), coordinates="pixel").json()
    (feature,) = told["features"]
    assert told["gsd"] is None
    assert feature["properties"]["area_m2"] is None
    assert feature["properties"]["kwh_yr"] is None
    assert feature["properties"]["probability"] > 0.9
    assert "scale_unknown" in [one["code"] for one in told["warnings"]]


def test_a_picture_without_a_place_has_no_degrees(client, path):
    answer = send(client, path, picture(), gsd=0.1)
    assert answer.status_code == 422
    assert "coordinates=pixel" in answer.json()["next_step"]


def test_what_is_no_picture_is_refused_by_its_content(client, path):
    for content in (b"", b"GIF89a" + bytes(60), b"<VRTDataset></VRTDataset>", b"%PDF-1.7"):
        answer = send(client, path, content)
        assert answer.status_code in {415, 422}, content
        assert "/tmp" not in answer.text
    assert send(client, path, b"%PDF-1.7 and more").status_code == 415


def test_a_picture_of_too_many_pixels_is_refused_by_its_header(client, path):
    profile = {"width": 2049, "height": 64, "count": 3, "dtype": "uint8"}
    wide = written("PNG", np.full((3, 64, 2049), 90, np.uint8), profile)
    answer = send(client, path, wide, coordinates="pixel", gsd=0.1)
    assert answer.status_code == 413
    assert "2048" in answer.json()["detail"]


def test_a_picture_that_is_too_large_once_enlarged_is_refused_at_once(client, path):
    answer = send(client, path, picture(side=2048), coordinates="pixel", gsd=0.55)
    assert answer.status_code == 413
    assert "enlarged to the model's 0.25 m per pixel" in answer.json()["detail"]
    assert "cut it" in answer.json()["next_step"]


@pytest.mark.parametrize("coordinates", ["lonlat", "pixel"])
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"gsd": 0.5}, "gsd: not what the georeference of the file says (expected 0.25 m"),
        ({"gsd": 0.25, "lat": 10}, "lat: not what the georeference of the file says"),
        ({"lat": 46.4}, "expected 45.76 degrees, got 46.4"),
    ],
)
def test_what_contradicts_the_georeference_is_refused(client, path, coordinates, query, told):
    answer = send(client, path, placed(), coordinates=coordinates, **query)
    assert answer.status_code == 400, answer.text
    assert told in answer.json()["detail"]
    assert "leave" in answer.json()["next_step"]


def test_a_place_that_is_told_and_true_changes_nothing(client, path, found):
    told = send(client, path, placed(), gsd=0.252, lat=46).json()
    assert (told["gsd"], told["latitude"]) == (found["gsd"], found["latitude"])
    assert told["features"] == found["features"]
    pixels = send(client, path, placed(), coordinates="pixel", gsd=0.252).json()
    assert (pixels["gsd"], pixels["latitude"]) == (found["gsd"], found["latitude"])
    assert [one["properties"] for one in pixels["features"]] == [
        one["properties"] for one in found["features"]
    ]


@pytest.mark.parametrize(
    "place",
    [
        {"transform": HERE},
        {"crs": "EPSG:4326", "transform": Affine(2e-6, 0, 4.8, 0, -2e-6, 45.7)},
        {"crs": "EPSG:2154", "transform": HERE @ Affine.scale(400)},
        {"crs": "EPSG:2154", "gcps": CORNERS},
    ],
    ids=["no CRS", "degrees", "pixels of 100 m", "control points"],
)
def test_a_place_that_cannot_be_used_needs_pixels_and_their_size(client, path, place):
    file = picture("GTiff", **place)
    answer = send(client, path, file, coordinates="pixel", gsd=0.1, lat=10)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["gsd"], answer.json()["latitude"]) == (0.1, 10)
    assert send(client, path, file, coordinates="pixel").status_code == 422
    assert send(client, path, file, gsd=0.1).status_code == 422


def test_pixels_too_coarse_to_show_anything_are_refused(client, path):
    answer = send(client, path, picture(), coordinates="pixel", gsd=3)
    assert answer.status_code == 422
    assert "m per pixel" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"gsd": "0"}, 400),
        ({"gsd": "nan"}, 400),
        ({"coordinates": "feet"}, 400),
        ({"lat": "80"}, 400),
        ({"url": "file:///etc/passwd"}, 400),
        ({"gsd": ["0.1", "0.2"]}, 400),
    ],
)
def test_a_wrong_question_is_refused_before_the_picture_is_read(client, path, query, status):
    assert send(client, path, b"", **query).status_code == status


def test_the_body_is_a_form_with_one_field(client, path):
    assert client.post(path, json={"file": "x"}).status_code == 415
    assert client.post(path, files={"picture": ("a", b"x")}).status_code == 422
    assert client.post(path, data={"file": "x"}).status_code == 415
    several = [("file", ("a", b"x")), ("file", ("b", b"x"))]
    assert client.post(path, files=several).status_code == 400
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert client.post(path, content=b"nothing", headers=broken).status_code in {400, 422}


def test_a_picture_may_be_larger_than_other_bodies_and_not_endless(town, path):
    settings = Settings(home=town.root, max_body_bytes=1_000, max_picture_bytes=20_000)
    with TestClient(create_app(settings)) as client:
        assert send(client, path, b"%PDF" + bytes(10_000)).status_code == 415
        assert send(client, path, b"%PDF" + bytes(30_000)).status_code == 413
        predict = path.replace("segment", "predict")
        assert client.post(predict, content=bytes(2_000)).status_code == 413


def test_services_that_look_at_nothing_have_no_such_route(client):
    for name in set(catalog.names()) - set(LOOKING):
        assert send(client, f"/services/{name}/segment", b"").status_code in {404, 405}


def test_pictures_wait_in_a_lane_of_their_own_before_they_are_read(path):
    lanes = Lanes(heavy_at_once=2)
    scope = {"type": "http", "path": path, "method": "POST", "headers": []}
    assert lanes.uploads(scope) is lanes.pictures
    assert lanes.sort(scope) is lanes.segment
    assert lanes.uploads({**scope, "path": path.replace("segment", "predict")}) is None
    assert lanes.pictures.at_once + lanes.pictures.waiting < 32


def test_the_document_says_what_is_sent_and_what_comes_back(client, path):
    operation = client.get("/api").json()["paths"][path]["post"]
    assert set(operation["requestBody"]["content"]) == {"multipart/form-data"}
    assert set(operation["responses"]["200"]["content"]) == {"application/geo+json"}
    assert {one["name"] for one in operation["parameters"]} == {"coordinates", "gsd", "lat"}
    assert {"413", "415", "422"} <= set(operation["responses"])


def test_the_answer_at_a_place_is_that_of_the_unit_that_holds_it(client, path):
    name = path.split("/")[2]
    (one,) = client.get(f"/collections/{name}-town/items?limit=1").json()["features"]
    place = shape(one["geometry"]).representative_point()
    answer = client.get(f"/services/{name}/at", params={"lon": place.x, "lat": place.y})
    assert answer.status_code == 200, answer.text
    told = answer.json()["properties"]
    assert told["subject"]["id"] == one["id"]
    assert told[f"{name}_score"] == pytest.approx(one["properties"][f"{name}_score"], abs=0.06)
    assert told["lower"] <= told[catalog.get(name).target.name] <= told["upper"]
    nowhere = client.get(f"/services/{name}/at", params={"lon": place.x + 0.01, "lat": place.y})
    assert nowhere.status_code == 404


def test_values_of_the_pixels_are_told_in_percent(client, path):
    name = path.split("/")[2]
    (one,) = client.get(f"/collections/{name}-town/items?limit=1").json()["features"]
    place = shape(one["geometry"]).representative_point()
    told = client.get(f"/tiles/{name}-town-probability/point/{place.x},{place.y}").json()
    assert 90 < told["values"][0] <= 100
    whole = client.get(f"/tiles/{name}-town-probability/statistics").json()["b1"]
    assert 0 <= whole["min"] < 20
    assert 90 < whole["max"] <= 100
