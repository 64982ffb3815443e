import pytest

from geoml.areas import stored


def item(data, told: str) -> dict:
    asset = {"href": "dem.tif", "file:checksum": stored.checksum(data)}
    return {"told": told, "assets": {"data": asset}}


@pytest.fixture
def folder(tmp_path):
    sources = tmp_path / "sources"
    data = tmp_path / "one.tif"
    data.write_bytes(b"one")
    stored.store(sources, "dem", data, item(data, "one"))
    return sources


class Crash(BaseException):
    """Stands for kill -9."""


def crash_at(monkeypatch, step: int):
    """Crash in the ``step``-th rename or flush of ``store``."""
    done = 0
    for name in ("sync", "write_json"):
        real = getattr(stored, name)

        def counted(*args, real=real):
            nonlocal done
            done += 1
            if done == step:
                raise Crash
            return real(*args)

        monkeypatch.setattr(stored, name, counted)


def test_a_source_is_replaced_with_its_item(folder, tmp_path):
    assert stored.settled(folder, "dem")["told"] == "one"
    data = tmp_path / "two.tif"
    data.write_bytes(b"two")
    stored.store(folder, "dem", data, item(data, "two"))
    assert stored.settled(folder, "dem")["told"] == "two"
    assert sorted(path.name for path in folder.iterdir()) == ["dem.json", "dem.tif"]


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_a_crash_at_any_step_leaves_surroundings_that_belong_to_the_item(
    folder, tmp_path, monkeypatch, step
):
    def file(name):
        (tmp_path / f"{name}.tif").write_text(name)
        return tmp_path / f"{name}.tif"

    def documented(told):
        around = {"href": f"dem-around-{told}.tif"}
        document = item(file(told), told)
        return {**document, "assets": {**document["assets"], "around": around}}

    first = documented("first")
    stored.store(folder, "dem", file("first"), first, around=file("around-first"))
    crash_at(monkeypatch, step)
    second = documented("second")
    with pytest.raises(Crash):
        stored.store(folder, "dem", file("second"), second, around=file("around-second"))
    found = stored.settled(folder, "dem")
    around = folder / found["assets"]["around"]["href"]
    assert around.read_text() == f"around-{found['told']}"
    monkeypatch.undo()
    stored.store(folder, "dem", file("last"), item(file("last"), "last"))
    assert sorted(path.name for path in folder.iterdir()) == ["dem.json", "dem.tif"]


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_a_crash_at_any_step_leaves_data_and_item_that_belong_together(
    folder, tmp_path, monkeypatch, step
):
    data = tmp_path / "two.tif"
    data.write_bytes(b"two")
    crash_at(monkeypatch, step)
    with pytest.raises(Crash):
        stored.store(folder, "dem", data, item(data, "two"))
    found = stored.settled(folder, "dem")
    assert found["assets"]["data"]["file:checksum"] == stored.checksum(folder / "dem.tif")
    assert found["told"] == (folder / "dem.tif").read_text()


def test_the_next_store_forgets_a_crash(folder, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        test_a_crash_at_any_step_leaves_data_and_item_that_belong_together(
            folder, tmp_path, patch, 3
        )
    data = tmp_path / "three.tif"
    data.write_bytes(b"three")
    stored.store(folder, "dem", data, item(data, "three"))
    assert stored.settled(folder, "dem")["told"] == "three"


def test_an_item_without_its_data_is_no_source(folder):
    (folder / "dem.tif").unlink()
    assert stored.settled(folder, "dem") is None
    assert stored.settled(folder, "red") is None


@pytest.mark.parametrize("interrupted", [False, True])
@pytest.mark.parametrize("step", [1, 2])
def test_a_removal_that_crashes_leaves_no_source_by_half(
    folder, tmp_path, monkeypatch, step, interrupted
):
    if interrupted:  # a store that crashed before: the next item is the one that counts
        with monkeypatch.context() as patch:
            test_a_crash_at_any_step_leaves_data_and_item_that_belong_together(
                folder, tmp_path, patch, 3
            )
        assert stored.settled(folder, "dem")["told"] == "two"
    crash_at(monkeypatch, step)
    with pytest.raises(Crash):
        stored.remove(folder, "dem")
    assert stored.settled(folder, "dem") is None
    assert not list(folder.glob("*.json"))


def test_what_was_removed_is_gone(folder):
    stored.remove(folder, "dem")
    assert list(folder.iterdir()) == []
