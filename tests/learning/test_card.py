from geoml.files import read_json
from geoml.learning.card import card


def test_the_card_says_what_the_manifest_and_the_metrics_say(service, trained):
    text = (trained.folder / "card.md").read_text()
    metrics = read_json(trained.folder / "metrics.json")
    assert text == card(service, trained.manifest, metrics)
    assert service.is_not.en in text
    for line in metrics["table"]:
        assert f"| {line['candidate']} | {line['scheme']}" in text
        assert f"{line['rmse_k']:.2f}" in text
    assert f"{metrics['worst_block']['rmse_k']:.2f}" in text
    for name in trained.manifest["features_missing"]:
        assert f"`{name}`" in text
    assert "random (optimistic)" in text


def test_made_up_labels_are_called_that_and_real_ones_are_not(service, trained):
    metrics = read_json(trained.folder / "metrics.json")
    assert "Synthetic:" in card(service, trained.manifest, metrics)
    assert "Synthetic:" not in card(service, {**trained.manifest, "synthetic": False}, metrics)


def test_warnings_are_limits(service, trained):
    metrics = read_json(trained.folder / "metrics.json")
    warned = {**trained.manifest, "warnings": [{"code": "x", "fr": "non", "en": "beware of it"}]}
    assert "- beware of it" in card(service, warned, metrics)
