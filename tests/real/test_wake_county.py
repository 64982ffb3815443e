"""Water in Wake County: what the ground alone says, and what surveyors mapped."""

import numpy as np
import pytest

from benchmarks import wake_county
from geoml.areas.area import load
from geoml.features.hydrology.drainage import CHANNEL_KM2
from geoml.files import read_json
from geoml.paths import Home
from geoml.raster.cog import read

pytestmark = [pytest.mark.slow, pytest.mark.real_data]

BBOX = "-78.76,35.70,-78.62,35.80"


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "flood" / "wake-county"


@pytest.fixture(scope="module")
def county(folder):
    return wake_county.county(folder)


@pytest.fixture(scope="module")
def study(county):
    return wake_county.study(county)


@pytest.fixture(scope="module")
def unseen(study):
    """What was chosen in the west, on the east."""
    return study.rows["chosen in the west, reported in the east"]


def test_the_other_half_keeps_the_promise_of_the_first(unseen):
    assert unseen.agreement.found >= 0.85
    assert unseen.agreement.right >= 0.70
    assert unseen.agreement.length <= 1.5


def test_the_agreement_is_far_above_chance(unseen):
    assert unseen.agreement.found - unseen.chance.found > 0.4
    assert unseen.agreement.right - unseen.chance.right > 0.3


def test_mapped_streams_lie_on_the_drainage(unseen):
    assert unseen.heights.known > 0.99
    assert unseen.heights.median_m <= 1.0


def test_the_default_of_the_library_is_what_was_chosen(study, unseen):
    assert unseen.channel_km2 == CHANNEL_KM2
    for half in ("west", "east"):
        assert study.rows[f"the library's default, in the {half}"].agreement.enough


def test_a_map_moved_aside_is_no_longer_found(county):
    """The measure can fail: streams that lie 300 m further east are not near the drainage."""
    aside = wake_county.moved(county, county.streams, 300.0, 0.0)
    there = wake_county.agreement(county, aside, county.half)
    assert there.found < 0.8 * wake_county.agreement(county, county.streams, county.half).found


@pytest.fixture(scope="module")
def home(folder, geoml_in, tmp_path_factory):
    """The same through the command: three CRSs in, features of an area out."""
    root = tmp_path_factory.mktemp("wake")

    geoml = geoml_in(root)
    geoml("area", "create", "wake", "--bbox", BBOX, "--resolution", "30")
    waters = [f"water={folder / 'streams.shp'}", f"water={folder / 'lakes.shp'}"]
    geoml("ingest", "wake", f"dem={folder / 'elev_ned_30m.tif'}", *waters)
    geoml("features", "wake")
    return Home(root)


def test_three_references_meet_on_one_grid(home):
    area = load(home, "wake")
    hand = read(home.features("wake") / "hand.tif")
    distance = read(home.features("wake") / "river_distance.tif")
    assert hand.shape == distance.shape == area.grid.shape
    assert np.isfinite(hand).mean() > 0.99
    assert (hand[distance == 0] == 0).all()
    assert (distance == 0).mean() > 0.12  # mapped streams: 3.6 km in every square kilometre


def test_a_bare_earth_model_is_not_taken_for_a_surface(home):
    item = read_json(home.sources("wake") / "dem.json")
    assert "geoml:warnings" not in item["properties"]
    index = read_json(home.features("wake") / "index.json")
    codes = [one["code"] for entry in index.values() for one in entry.get("warnings", ())]
    assert "surface_model" not in codes
