"""Models are immutable, checked, and one pointer says which serves."""

from types import SimpleNamespace

import pytest

from geoml import modelstore
from geoml.errors import CorruptFile, UnknownModel
from geoml.paths import Home


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def saved(home, version, text="tree"):
    def fill(folder):
        (folder / "model.txt").write_text(text)
        return {"service": "heat"}

    return modelstore.save(home, "heat", version, fill)


def test_the_first_model_serves_everywhere_later_ones_only_their_area(home):
    first, second = saved(home, "1"), saved(home, "2")
    modelstore.promote(home, first, area="here")
    modelstore.promote(home, second, area="there")
    assert modelstore.champion(home, "heat") == first
    assert modelstore.champion(home, "heat", "there") == second
    assert modelstore.champion(home, "heat", "elsewhere") == first
    assert modelstore.own_champion(home, "heat", "elsewhere") is None


def test_a_service_without_a_model_says_how_to_get_one(home):
    with pytest.raises(UnknownModel, match="geoml train heat"):
        modelstore.champion(home, "heat")


def test_a_changed_file_is_never_opened(home):
    ref = saved(home, "1")
    opened = []
    service = SimpleNamespace(load=lambda folder, _manifest: opened.append(folder))
    modelstore.open_model(service, ref)
    assert opened == [ref.folder]
    (ref.folder / "model.txt").write_text("evil")
    with pytest.raises(CorruptFile, match="not the file that was written"):
        modelstore.open_model(service, ref)
    (ref.folder / "model.txt").unlink()
    with pytest.raises(CorruptFile, match="no file"):
        modelstore.open_model(service, ref)
    assert len(opened) == 1


@pytest.mark.parametrize("bad", ["../1", "", "a/b", ".hidden"])
def test_a_strange_version_is_unknown(home, bad):
    with pytest.raises(UnknownModel):
        modelstore.find(home, "heat", bad)


def test_an_interrupted_training_leaves_nothing(home):
    def fill(folder):
        (folder / "model.txt").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        modelstore.save(home, "heat", "1", fill)
    assert [p.name for p in home.models("heat").iterdir()] == []


def test_two_processes_lose_no_champion(home):
    """Forty promotions by two threads of control, each of another area: all are kept."""
    from concurrent.futures import ThreadPoolExecutor

    ref = saved(home, "1")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: modelstore.promote(home, ref, area=f"a{i}"), range(40)))
    assert all(modelstore.own_champion(home, "heat", f"a{i}") == ref for i in range(40))


def test_the_same_version_trained_twice_at_once_is_one_model(home):
    assert saved(home, "1") == saved(home, "1", "other")
    assert (home.models("heat") / "1" / "model.txt").read_text() == "tree"


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """Models of the service that ship with geoml, by version."""
    shelf = tmp_path / "shipped"
    monkeypatch.setattr("geoml.modelstore.store.packaged_models", lambda _service: shelf)

    def ship(*versions):
        for version in versions:
            (shelf / version).mkdir(parents=True)
            (shelf / version / "manifest.json").write_text('{"frozen": true, "files": {}}')

    return ship


def test_the_newest_that_ships_serves_until_somebody_says_otherwise(home, packaged):
    packaged("9", "10", "1.5")
    assert modelstore.champion(home, "heat").version == "10"
    own = saved(home, "20990101T000000Z")
    assert modelstore.champion(home, "heat").version == "10"
    modelstore.promote(home, own, area="here")
    assert modelstore.champion(home, "heat", "here") == own
    assert modelstore.champion(home, "heat", "there").version == "10"
    modelstore.promote(home, own)
    assert modelstore.champion(home, "heat", "there") == own


def test_what_learned_nothing_learned_from_nothing_made_up():
    assert modelstore.is_synthetic({"synthetic": True})
    assert not modelstore.is_synthetic({"synthetic": True, "frozen": True})
    assert not modelstore.is_frozen({"frozen": "yes"})
