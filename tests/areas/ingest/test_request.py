from datetime import UTC, datetime, timedelta

import pytest

from geoml.areas.ingest.request import Item, day_and_hour, parse, request
from geoml.errors import InvalidArgument, UnknownKey, UnreadableFile


def ask(*texts, sensor=None, date=None, units=None, sun_elevation=None, return_period=None):
    return request(
        texts,
        sensor=sensor,
        date=date,
        units=units or {},
        licence=None,
        sun_elevation=sun_elevation,
        return_period=return_period,
    )


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "scene.tif"
    path.touch()
    return path


def test_a_path_a_band_and_a_layer(file):
    assert parse(f"nir={file}") == Item("nir", file)
    assert parse(f"nir={file}:4") == Item("nir", file, band=4)
    assert parse(f"water={file}:rivers and lakes") == Item("water", file, layer="rivers and lakes")


def test_colons_in_an_existing_path_belong_to_the_path(tmp_path):
    odd = tmp_path / "a:3"
    odd.touch()
    assert parse(f"nir={odd}") == Item("nir", odd)
    assert parse(f"nir={odd}:2") == Item("nir", odd, band=2)


def test_the_home_folder_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "b.tif").touch()
    assert parse("red=~/b.tif:1").path == tmp_path / "b.tif"


@pytest.mark.parametrize("text", ["nir", "nir=", "", "=x.tif"])
def test_what_is_no_pair_says_how_to_write_one(text):
    with pytest.raises((InvalidArgument, UnknownKey)) as caught:
        parse(text)
    assert "=" in caught.value.next_step


@pytest.mark.parametrize("text", ["nir=none.tif", "nir=none.tif:3", "nir=/vsicurl/http://x/y.tif"])
def test_a_missing_file_is_named(text):
    with pytest.raises(UnreadableFile) as caught:
        parse(text)
    assert text in caught.value.where


@pytest.mark.parametrize("band", ["0", "-1", "b4", "٣"])
def test_a_band_is_a_number_from_one_on(file, band):
    with pytest.raises(InvalidArgument, match="not a band"):
        parse(f"nir={file}:{band}")


def test_an_unknown_key_is_told_before_its_file_is_looked_at():
    with pytest.raises(UnknownKey, match="did you mean swir1"):
        parse("swir_1=none.tif")


def test_rasters_come_once_and_vectors_may_come_again(file):
    with pytest.raises(InvalidArgument, match="given twice"):
        ask(f"nir={file}:1", f"nir={file}:2")
    assert len(ask(f"water={file}:a", f"water={file}:b").items) == 2


def test_nothing_is_no_request():
    with pytest.raises(InvalidArgument, match="nothing to ingest"):
        ask()


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        ("2002-07-20", "2002-07-20"),
        ("2002-07-20T15:37:00Z", "2002-07-20T15:37:00Z"),
        ("2002-07-20T17:37:00+02:00", "2002-07-20T15:37:00Z"),
        (None, None),
    ],
)
def test_a_date_is_a_day_or_an_instant(file, date, kept):
    assert ask(f"nir={file}", date=date).when == kept


@pytest.mark.parametrize("date", ["20/07/2002", "2002-13-01", "yesterday", ""])
def test_what_is_no_date_says_so(file, date):
    with pytest.raises(InvalidArgument, match="YYYY-MM-DD"):
        ask(f"nir={file}", date=date)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])
def test_a_scene_cannot_be_from_the_future(file, form, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")  # what is kept is pinned; a scene is not
    now = datetime.now(UTC)
    ask(f"nir={file}", date=f"{now:{form}}")
    ask(f"nir={file}", date=f"{now + timedelta(hours=14):{form}}")  # it is tomorrow in Kiribati
    with pytest.raises(InvalidArgument, match="in the future") as caught:
        ask(f"nir={file}", date=f"{now + timedelta(days=3):{form}}")
    assert f"{now:%Y-%m-%d}" in caught.value.expected


def test_day_and_hour_of_an_instant():
    day, hour = day_and_hour("2002-07-20T15:30:00Z")
    assert (day.isoformat(), hour) == ("2002-07-20T00:00:00+00:00", 15.5)
    assert day_and_hour("2002-07-20")[1] is None


def test_units_are_for_temperatures_of_this_call(file):
    assert ask(f"lst={file}", units={"lst": "Celsius"}).units == {"lst": "degC"}
    for item, units in (("nir", {"nir": "K"}), ("nir", {"lst": "K"}), ("lst", {"lst": "m"})):
        with pytest.raises(InvalidArgument, match="--unit"):
            ask(f"{item}={file}", units=units)


@pytest.mark.parametrize("degrees", [0.0, -3.0, 90.1, float("nan")])
def test_the_sun_stands_above_the_horizon(file, degrees):
    with pytest.raises(InvalidArgument, match="--sun-elevation"):
        ask(f"nir={file}", sun_elevation=degrees)


def test_brightness_and_surface_temperature_are_not_confused(file):
    with pytest.raises(InvalidArgument, match="thermal=PATH"):
        ask(f"lst={file}", sensor="landsat7", date="2002-07-20")
    with pytest.raises(InvalidArgument, match="lst=PATH"):
        ask(f"thermal={file}", sensor="landsat8")
    with pytest.raises(InvalidArgument, match="lst=FILE --unit lst=dn"):
        ask(f"thermal={file}", units={"thermal": "dn"})


def test_an_unknown_sensor_lists_the_known(file):
    with pytest.raises(InvalidArgument, match=r"landsat7.*sentinel2"):
        ask(f"nir={file}", sensor="spot")


@pytest.mark.parametrize("years", [0, 1.5, -100, 1e9, float("nan"), float("inf")])
def test_a_return_period_is_a_number_of_years(file, years):
    with pytest.raises(InvalidArgument, match="1 to 10000"):
        ask(f"flood_depth={file}", return_period=years)


def test_only_a_flood_has_a_return_period(file):
    assert ask(f"flood_depth={file}", f"dem={file}", return_period=100).return_period == 100
    with pytest.raises(InvalidArgument, match="flood_depth or flood_extent"):
        ask(f"dem={file}", return_period=100)


def test_polygons_of_a_flood_may_come_in_several_files_but_not_with_a_raster(tmp_path, file):
    paths = [tmp_path / name for name in ("north.fgb", "south.fgb")]
    for path in paths:
        path.write_bytes(b"fgb\x03")
    north, south = (f"flood_extent={path}" for path in paths)
    assert len(ask(north, south).items) == 2
    assert parse(f"{north}:seen").layer == "seen"
    with pytest.raises(InvalidArgument, match="polygons and a raster"):
        ask(north, f"flood_extent={file}")
