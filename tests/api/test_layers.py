"""Layers as the catalogue's tiles know them: styles in TileJSON, tags that follow colours."""

import pytest

from geoml.api import layers
from tiles import styles


@pytest.mark.parametrize(
    ("layer", "names"),
    [
        ("score", ["cividis", "default", "greys", "inferno", "viridis"]),
        ("applicability", ["contrast", "default", "light"]),
    ],
)
def test_tilejson_names_every_style_in_both_languages(client, service_name, layer, names):
    url = f"/tiles/{service_name}-town-{layer}/tilejson.json"
    document = client.get(url).json()
    assert document["styles"] == names
    assert document["style"] == "default"
    assert set(document["style_titles"]) == set(names)
    assert all(title["fr"] and title["en"] for title in document["style_titles"].values())
    for name in names:
        styled = client.get(url, params={"style": name}).json()
        assert styled["style"] == name
        assert styled["tiles"][0].endswith(f".png?style={name}")
        assert ("ramp" in styled["legend"]) == styles.is_ramp(name)


def test_a_tag_changes_with_the_colours(client, service_name, monkeypatch):
    url = f"/tiles/{service_name}-town-score/0/0/0.png"
    before = client.get(url).headers["etag"]
    layers._colours.cache_clear()
    monkeypatch.setattr(layers, "_palettes", lambda *_: {"default": styles.ramp("greys")})
    after = layers._colours(service_name, "score")
    layers._colours.cache_clear()
    assert after not in before
