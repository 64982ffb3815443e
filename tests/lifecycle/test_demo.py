"""Which services a demo town is published with: those it can feed, and no list."""

import pytest

from geoml import catalog, editions, modelstore
from geoml.areas.area import load
from geoml.areas.sources import sources
from geoml.errors import InvalidArgument, NotEnoughData
from geoml.lifecycle import demo
from geoml.paths import Home


def test_a_town_feeds_what_it_has_a_label_for_and_what_a_model_is_there_for(town):
    fed = demo.services_for(town, "town")
    keys = tuple(sources(town, load(town, "town")))
    able, labelled = catalog.fed_by(keys, labelled=False), catalog.fed_by(keys)
    assert labelled
    assert fed == tuple(
        name for name in able if name in labelled or modelstore.serving(town, name) is not None
    )


def test_without_a_label_a_model_from_elsewhere_is_needed(home, add, service_name, tmp_path):
    without = ("red", "nir", "buildings")
    add(home, "coast", without)
    assert service_name in demo.services_for(home, "coast")
    alone = Home(tmp_path / "alone")
    add(alone, "coast", without)
    assert service_name not in demo.services_for(alone, "coast")


def test_too_few_sources_feed_nothing(home, little, add):
    add(home, "bare", ["water"])
    assert not set(demo.services_for(home, "bare")) & set(catalog.fed_by(little.files))


def test_every_fed_service_is_published_once(home, monkeypatch):
    """The town is there and up to date: nothing is drawn, nothing is published again."""
    monkeypatch.setattr(demo, "TOWNS", ("town",))
    there = tuple(one for one in catalog.names() if editions.current(home, one, "town"))
    monkeypatch.setattr(demo, "services_for", lambda *_: there)
    (home.area("town") / "demo.json").write_text('{"code": "' + demo._code() + '"}')
    shares = []
    made = demo.make(home, "town", progress=lambda _label, share: shares.append(share))
    assert tuple(one.service for one, _ in made) == there != ()
    assert not any(fresh for _, fresh in made)
    assert shares == sorted(shares)


def test_a_town_that_nothing_can_answer_for_says_what_to_do(home, add, monkeypatch):
    monkeypatch.setattr(demo, "TOWNS", ("first", "bare"))
    add(home, "bare", ["water"])
    (home.area("bare") / "demo.json").write_text('{"code": "' + demo._code() + '"}')
    monkeypatch.setattr(demo, "services_for", lambda *_: ())
    with pytest.raises(NotEnoughData, match="geoml demo"):
        demo.make(home, "bare")
    with pytest.raises(InvalidArgument, match="first, bare"):
        demo.make(home, "nowhere")
