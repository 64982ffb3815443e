"""A town that its model has never seen, and one of which something is missing: told on the map."""

import pytest

from geoml.cli.smoke import serving

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, town, little, service_name):
    """A copy of the tiny town's home with a second area, 2,000 m higher, without label or water."""
    import shutil

    from geoml.areas import area as areas
    from geoml.areas.ingest import ingest
    from geoml.lifecycle.run import run
    from geoml.paths import Home
    from geoml.raster.cog import read, write

    root = tmp_path_factory.mktemp("elsewhere")
    home = Home(root / "home")
    shutil.copytree(town.root, home.root)
    areas.create(home, "high", "Hauteville", bbox=little.bbox, synthetic=True)
    high = root / "high.tif"
    write(high, read(little.files["dem"]) + 2000, little.grid, units=("1",))
    items = [f"{key}={little.files[key]}" for key in ("red", "nir", "buildings")]
    ingest(home, "high", [*items, f"dem={high}"], date="2025-07-20", licence="CC0-1.0")
    run(home, service_name, "high")
    with serving(home=home.root) as port:
        yield f"http://127.0.0.1:{port}"


def test_a_town_of_guesses_says_so_and_what_it_lacks(page, elsewhere, go):
    go.ready(page, elsewhere, "#high//////en")
    banner = page.locator("#banner")
    banner.wait_for()
    assert "guess" in banner.inner_text()
    assert "Petiteville" in banner.inner_text()
    assert "soft-hatch" in page.locator("#map").get_attribute("class")
    remarks = page.locator(".warnings").inner_text()
    assert "learned elsewhere" in remarks
    assert "water" in remarks
    page.locator("#area select").select_option("town")
    page.wait_for_selector("html[data-state=ready]")
    assert banner.is_hidden()
    assert page.complaints == []
