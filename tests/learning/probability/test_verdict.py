import pytest

from geoml.learning.probability.verdict import judge, warnings


def lines(trees, height, gather, frozen=0.5):
    csi = {"lightgbm": trees, "height_below": height, "gather_above": gather, "base_rate": 0.2}
    if frozen is not None:
        csi["frozen"] = frozen
    return [
        {"candidate": name, "scheme": scheme, "optimistic": scheme == "random", "csi": value}
        for scheme in ("block", "random")
        for name, value in csi.items()
    ]


def metrics(skill=0.3, short=False, exact=True, area=()):
    return {
        "table": [{"candidate": name, "scheme": "area", "csi": value} for name, value in area],
        "validation": {"blocks_shorter_than_range": short},
        "intervals": [{"exact": exact}],
        "calibration": {"brier_skill": skill},
    }


@pytest.mark.parametrize(
    ("csi", "champion", "accepted", "said"),
    [
        ((0.6, 0.5, 0.4), "lightgbm", True, []),
        ((0.6, 0.595, 0.4), "lightgbm", True, ["barely"]),
        ((0.6, 0.6, 0.4), "baseline", False, ["baseline"]),
        ((0.5, 0.4, 0.6), "baseline", False, ["baseline"]),
        ((0.6, 0.5, 0.6, None), "lightgbm", False, ["not_accepted"]),
        ((0.25, 0.2, 0.1), "lightgbm", False, ["not_accepted"]),
        ((0.6, None, None), "lightgbm", True, []),
        ((0.2, 0.19, 0.1), "baseline", False, ["baseline"]),  # a yes everywhere does as well
    ],
)
def test_the_learned_model_serves_only_where_it_beats_every_rule(
    yes_or_no, csi, champion, accepted, said
):
    verdict = judge(yes_or_no, lines(*csi))
    assert (verdict.champion, verdict.accepted) == (champion, accepted)
    assert [one["code"] for one in warnings(yes_or_no, verdict, metrics())] == said
    served = csi[0] if champion == "lightgbm" else 0.5
    assert verdict.summary["csi"] == served
    assert verdict.summary["random_csi"] == served
    assert verdict.summary["height_below_csi"] == csi[1]


def test_what_wins_over_blocks_must_win_over_catchments_too(yes_or_no):
    both = lines(0.6, 0.5, 0.4) + [
        {**line, "scheme": "catchment", "csi": 0.45}
        for line in lines(0.6, 0.5, 0.4)
        if line["scheme"] == "block"
    ]
    verdict = judge(yes_or_no, both)
    assert (verdict.champion, verdict.accepted) == ("baseline", False)
    assert verdict.summary["catchment_csi"] == 0.45
    assert "On unseen sub-basins: learned model 0.450" in verdict.reason.en
    assert "sous-bassins versants jamais vus : modèle appris 0,450" in verdict.reason.fr


def test_the_reason_gives_every_number_in_both_languages(yes_or_no):
    reason = judge(yes_or_no, lines(0.62, 0.512, 0.41)).reason
    for number in ("0.62", "0.51", "0.41", "0.20"):
        assert number in reason.en
        assert number.replace(".", ",") in reason.fr
    assert "height below a threshold" in reason.en
    assert "au-dessus d'un seuil" in reason.fr
    assert "fixed method" in judge(yes_or_no, lines(0.5, 0.6, 0.4)).reason.en


def test_doubts_are_said(yes_or_no):
    verdict = judge(yes_or_no, lines(0.6, 0.5, 0.4))
    area = (("lightgbm", 0.3), ("height_below", 0.4), ("gather_above", 0.2))
    found = warnings(yes_or_no, verdict, metrics(skill=-0.1, short=True, exact=False, area=area))
    assert [one["code"] for one in found] == ["skill", "elsewhere", "short_blocks", "few_blocks"]
    assert "0.30 against 0.40" in found[1]["en"]
    assert "0,30 contre 0,40" in found[1]["fr"]
