"""What an edition may never hide: where its model learned, from what, and what is borrowed."""

import pytest

from geoml import editions, modelstore
from geoml.areas import area as areas
from geoml.areas.ingest import ingest
from geoml.errors import DataError
from geoml.lifecycle.run import run
from geoml.lifecycle.train import train


def codes(edition):
    return {one["code"] for one in edition.manifest()["warnings"] if "code" in one}


def test_a_town_without_a_label_is_told_that_the_model_learned_elsewhere(home, add, service_name):
    add(home, "other", ["red", "nir"])
    edition, notes = run(home, service_name, "other")
    manifest = edition.manifest()
    assert "no label" in notes[0]
    assert manifest["trained_here"] is False
    assert "learned_elsewhere" in codes(edition)
    assert manifest["reference"]["borrowed_from"] == ["town"]
    assert manifest["reference"]["relative_to_area"] is False
    assert "Petiteville" in manifest["reference"]["text"]["fr"]
    assert manifest["date_of"]["en"].startswith("date of the data")


def test_a_real_town_is_told_that_the_model_learned_from_generated_data(home, add, service_name):
    add(home, "real", ["red", "nir"])
    edition, _ = run(home, service_name, "real")
    assert edition.manifest()["synthetic_model"] is True
    assert "synthetic_model" in codes(edition)


def test_a_real_model_takes_over_from_a_generated_one(home, add, service_name):
    assert modelstore.champion(home, service_name).manifest()["synthetic"] is True
    add(home, "real", ["red", "nir", "lst", "buildings"])
    ref, _ = train(home, service_name, ("real", "real"))
    assert ref.manifest()["areas"] == ["real"]
    assert modelstore.champion(home, service_name) == ref


def test_a_real_model_that_knows_too_little_answers_for_its_own_area_only(home, add, service_name):
    before = modelstore.champion(home, service_name)
    add(home, "poor", ["red", "nir", "lst"])
    ref, _ = train(home, service_name, ("poor",))
    assert modelstore.champion(home, service_name) == before
    key = modelstore.champion_key(areas.load(home, "poor"))
    assert modelstore.champion(home, service_name, key) == ref


def test_interrupted_features_are_computed_again(home, monkeypatch):
    """The files are new, the index is old: the old source coming back must not bless them."""
    from geoml.lifecycle import features

    path = home.sources("town") / "red.json"
    first = path.read_text()
    path.write_text(first.replace('"file:checksum": "1220', '"file:checksum": "12200'))
    write = features.write_json

    def interrupted(where, document):
        if "ndvi" in document:
            raise KeyboardInterrupt
        write(where, document)

    monkeypatch.setattr(features, "write_json", interrupted)
    with pytest.raises(KeyboardInterrupt):
        features.refresh(home, "town")
    monkeypatch.undo()
    path.write_text(first)
    assert "ndvi" in features.refresh(home, "town").computed


def test_an_area_made_again_inherits_no_model_and_no_edition(home, add, service_name):
    before = editions.current(home, service_name, "town")
    areas.delete(home, "town")
    assert editions.current(home, service_name, "town") is None
    add(home, "town", ["red", "nir"])
    edition, _ = run(home, service_name, "town")
    assert edition.manifest()["trained_here"] is False
    assert "learned_elsewhere" in codes(edition)
    assert [one.id for one in editions.all_of(home, service_name, "town")] == [edition.id]
    assert edition.id != before.id


def test_temperatures_of_two_kinds_are_not_learned_as_one(home, little, service_name):
    areas.create(home, "bright", "Bright", bbox=little.bbox)
    items = [f"{key}={little.files[key]}" for key in ("red", "nir")]
    ingest(home, "bright", [*items, f"thermal={little.files['lst']}"], date="2025-07-20")
    with pytest.raises(DataError, match="town: surface temperature, bright: brightness"):
        train(home, service_name, ("town", "bright"))


def test_used_unused_and_missing_are_three_things(home, service_name, service):
    manifest = editions.current(home, service_name, "town").manifest()
    told = [manifest[f"features_{kind}"] for kind in ("used", "unused", "missing")]
    everything = [name for names in told for name in names]
    assert sorted(everything) == sorted(one.name for one in service.features)
    assert {"ndbi", "albedo"} & set(everything) <= set(manifest["features_missing"])


def test_an_undated_label_has_no_date_and_old_images_are_told(home, little, service_name):
    areas.create(home, "undated", "Undated", bbox=little.bbox)
    ingest(home, "undated", [f"lst={little.files['lst']}"])
    ingest(home, "undated", [f"red={little.files['red']}"], date="2021-07-01")
    ingest(home, "undated", [f"nir={little.files['nir']}"], date="2025-07-20")
    edition, _ = run(home, service_name, "undated")
    assert edition.manifest()["date"] is None
    assert "dates_apart" in codes(edition)


def test_a_label_too_small_to_learn_from_does_not_stop_the_map(home, little, service_name):
    west, south, _, _ = little.bbox
    tiny = (west + 0.01, south + 0.01, west + 0.0108, south + 0.0107)
    areas.create(home, "tiny", "Tiny", bbox=tiny)
    ingest(
        home, "tiny", [f"{k}={little.files[k]}" for k in ("red", "nir", "lst")], date="2025-07-20"
    )
    edition, notes = run(home, service_name, "tiny")
    assert "not trained here" in notes[0]
    assert "(('" not in notes[0]
    assert edition.manifest()["trained_here"] is False


def test_running_twice_publishes_once(home, service_name):
    before = editions.current(home, service_name, "town")
    again, notes = run(home, service_name, "town")
    assert again == before
    assert "up to date" in notes[-1]
    assert len(editions.all_of(home, service_name, "town")) == 1


def test_the_support_that_was_used_is_told(home, little, service_name):
    manifest = editions.current(home, service_name, "town").manifest()
    assert manifest["support_used_m"] == 3 * little.grid.pixel_x
    assert manifest["support_m"] == 90
