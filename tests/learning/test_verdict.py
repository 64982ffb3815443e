import pytest

from geoml.learning.verdict import judge, warnings


def lines(trees: float, line: float, mean: float):
    values = {"lightgbm": trees, "ndvi_density_linear": line, "mean": mean}
    return [
        {
            "candidate": name,
            "scheme": scheme,
            "optimistic": scheme == "random",
            "rmse_k": value - (scheme == "random") / 10,
            "r2": 0.5,
        }
        for scheme in ("block", "random")
        for name, value in values.items()
    ]


def metrics(short: bool = False, exact: bool = True, away: float = 1.0):
    table = [{"candidate": "lightgbm", "scheme": "area", "rmse_k": away}]
    return {
        "table": table,
        "validation": {"blocks_shorter_than_range": short},
        "intervals": [{"exact": exact}],
    }


def codes(service, verdict, **said):
    return [one["code"] for one in warnings(service, verdict, metrics(**said))]


@pytest.mark.parametrize(
    ("trees", "line", "mean", "champion", "accepted", "said"),
    [
        (1.0, 1.5, 2.0, "lightgbm", True, []),
        (1.5, 1.0, 2.0, "linear", False, ["baseline"]),
        (1.0, 1.0, 2.0, "linear", False, ["baseline"]),
        (4.0, 5.0, 6.0, "lightgbm", False, ["not_accepted"]),
        (5.0, 4.0, 6.0, "linear", False, ["not_accepted"]),
        (2.5, 2.6, 2.0, "lightgbm", True, ["skill"]),
    ],
)
def test_who_serves_and_whether_it_is_good_enough(
    service, trees, line, mean, champion, accepted, said
):
    verdict = judge(service, lines(trees, line, mean))
    assert (verdict.champion, verdict.accepted) == (champion, accepted)
    assert codes(service, verdict) == said
    best = min(trees, line)
    assert verdict.summary["rmse_k"] == best
    assert verdict.summary["random_rmse_k"] == best - 0.1
    assert verdict.summary["mean_rmse_k"] == mean


def test_the_reason_gives_both_numbers_in_both_languages(service):
    reason = judge(service, lines(1.234, 1.5, 2.0)).reason
    assert "1.23 K" in reason.en
    assert "1.50 K" in reason.en
    assert "1,23 K" in reason.fr
    assert "baseline line is served" in judge(service, lines(2, 1, 3)).reason.en


def test_short_and_few_blocks_are_said(service):
    verdict = judge(service, lines(1.0, 1.5, 2.0))
    assert codes(service, verdict, short=True, exact=False) == ["short_blocks", "few_blocks"]


def test_a_model_that_does_not_travel_says_so(service):
    verdict = judge(service, lines(1.0, 1.5, 2.0))
    assert codes(service, verdict, away=3.2) == ["elsewhere"]
    warning = warnings(service, verdict, metrics(away=3.2))[0]
    assert "3.20 K" in warning["en"]
    assert "3,20 K" in warning["fr"]


def test_a_map_that_explains_little_says_so(service):
    weak = [{**line, "r2": 0.1} for line in lines(2.0, 2.5, 2.2)]
    verdict = judge(service, weak)
    (said,) = [one for one in warnings(service, verdict, metrics()) if one["code"] == "little"]
    assert "10%" in said["en"]
    assert verdict.accepted is True
