"""Services are found; layer ids resolve or are refused."""

import pytest

from geoml import catalog, editions
from geoml.errors import UnknownLayer, UnknownService
from geoml.paths import Home


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)

    def fill(folder):
        (folder / "score.tif").write_text("x")
        return {}

    editions.publish(home, catalog.names()[0], "my-town", fill)
    return home


def test_every_service_is_found_and_named_after_its_folder():
    assert catalog.names()
    for name in catalog.names():
        assert catalog.get(name).name == name


def test_an_unknown_service_names_the_known_ones():
    with pytest.raises(UnknownService, match=catalog.names()[0]):
        catalog.get("nothing")


def test_a_layer_is_current_or_pinned(home):
    service = catalog.names()[0]
    now = editions.current(home, service, "my-town")
    current = catalog.layer(home, f"{service}-my-town-score")
    pinned = catalog.layer(home, f"{service}-my-town-score@{now.id}")
    assert current.edition == pinned.edition == now
    assert (current.pinned, pinned.pinned) == (False, True)
    assert pinned.id == f"{service}-my-town-score@{now.id}"


@pytest.mark.parametrize(
    "bad",
    ["", "-", "{}", "{}-my-town", "{}-my-town-target", "{}-../..-score", "{}-my-town-score@",
     "{}-my-town-score@../x", "{}-my-town-score@20250101T000000Z-0000000000", "x-my-town-score",
     "{}--score", "/etc/passwd", "{}-my-town-score\0"],
)  # fmt: skip
def test_anything_else_is_no_layer(home, bad):
    bad = bad.format(catalog.names()[0])
    if bad.endswith("score@"):  # no edition named: the same as current
        assert not catalog.layer(home, bad).pinned
        return
    with pytest.raises(UnknownLayer):
        catalog.layer(home, bad)
