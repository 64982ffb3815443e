from geoml.files import read_json
from geoml.learning.probability.card import card


def test_the_card_says_what_the_manifest_and_the_metrics_say(trained):
    text = (trained.folder / "card.md").read_text()
    metrics = read_json(trained.folder / "metrics.json")
    assert text == card(trained.service, trained.manifest, metrics)
    assert trained.service.is_not.en in text
    assert "Synthetic:" in text
    for line in metrics["table"]:
        assert f"| {line['candidate']} | {line['scheme']}" in text
        assert f"{line['csi']:.2f}" in text
    for one in metrics["calibration"]["reliability"]:
        assert f"{one['predicted']:.3f} | {one['observed']:.3f}" in text
    for one in metrics["intervals"][0]["classes"]:
        assert f"{one['lower']:.2f} to {one['upper']:.2f}" in text
    assert "in a new block" not in text.lower().split("## intervals")[0]
    assert "kept out of everything" in text
    assert f"CSI {metrics['worst_block']['csi']:.2f}" in text


def test_warnings_are_limits_and_a_number_nobody_has_is_a_dash(trained):
    metrics = read_json(trained.folder / "metrics.json")
    metrics["worst_block"]["csi"] = None
    warned = {**trained.manifest, "warnings": [{"code": "x", "fr": "non", "en": "beware of it"}]}
    text = card(trained.service, warned, metrics)
    assert "- beware of it" in text
    assert "CSI -." in text
