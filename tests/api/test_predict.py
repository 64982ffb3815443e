"""Asking for a prediction: what is answered, and how a wrong question is refused."""

import json

import pytest

PREDICT = "/services/uhi/predict"
TRIO = {"ndvi": 0.5, "building_density": 0.7, "water_distance": 1000}


def test_three_classic_numbers_are_enough(client):
    answer = client.post(PREDICT, json=TRIO).json()
    assert 0 <= answer["uhi_score"] <= 100
    assert answer["unit"] == "K"
    assert answer["lower"] < answer["dlst_k"] < answer["upper"]
    assert answer["model"].startswith("uhi@")
    assert answer["interval_level"] == 0.9


def test_contributions_add_up_to_the_answer(client):
    answer = client.post(PREDICT, json=TRIO).json()
    parts = sum(one["contribution"] for one in answer["contributions"])
    assert answer["average"] + parts == pytest.approx(answer["dlst_k"], abs=0.01)
    sizes = [abs(one["contribution"]) for one in answer["contributions"]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_list_is_answered_with_a_list_in_the_same_order(client):
    cool, hot = {**TRIO, "ndvi": 0.8, "building_density": 0.0}, {**TRIO, "ndvi": 0.05}
    answers = client.post(PREDICT, json=[cool, hot, cool]).json()
    assert len(answers) == 3
    assert answers[0]["uhi_score"] == answers[2]["uhi_score"] < answers[1]["uhi_score"]


def test_a_batch_of_many_rows_equals_rows_asked_alone(client):
    rows = [{**TRIO, "ndvi": round(i / 20, 3)} for i in range(10)]
    together = client.post(PREDICT, json=rows).json()
    assert together[7] == client.post(PREDICT, json=rows[7]).json()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({**TRIO, "ndvi": 3}, ["ndvi", "-1 to 1", "unit: 1"]),
        ({**TRIO, "water_distance": -5}, ["water_distance", "0 to 50000", "unit: m"]),
        ({**TRIO, "ndvi": "green"}, ["ndvi", '"green"']),
        ({**TRIO, "ndvi": True}, ["ndvi", "true"]),
        ({**TRIO, "nvdi": 0.1}, ["nvdi", "did you mean ndvi?"]),
        ({"water_distance": 10}, ["ndvi", "building_density"]),
        ([TRIO, {**TRIO, "ndvi": 2}], ["[1].ndvi"]),
        ([], ["empty batch"]),
        ([3], ["expected an object"]),
        ({**TRIO, "ndvi": 10**400}, ["ndvi"]),
    ],
)
def test_an_invalid_value_is_422_and_names_field_unit_and_range(client, body, told):
    answer = client.post(PREDICT, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    for part in told:
        assert part in answer.json()["detail"]


@pytest.mark.parametrize(
    "raw", [b"{", b"", b'{"ndvi": NaN}', b'{"ndvi": Infinity}', b"\xff", b"[" * 9999]
)
def test_what_is_not_json_is_400(client, raw):
    answer = client.post(PREDICT, content=raw, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["status"] == 400


def test_other_statuses(client):
    xml = {"content-type": "application/xml"}
    assert client.post(PREDICT, content=b"<a/>", headers=xml).status_code == 415
    assert client.post(PREDICT, json=[TRIO] * 5001).status_code == 413
    huge = b"[" + b" " * 5_000_000 + b"]"
    assert client.post(PREDICT, content=huge).status_code == 413
    assert client.post(f"{PREDICT}?area=nowhere", json=TRIO).status_code == 404
    assert client.post(f"{PREDICT}?aera=town", json=TRIO).status_code == 400
    assert client.post("/services/nothing/predict", json=TRIO).status_code == 404
    assert client.get(PREDICT).status_code == 405


def test_null_means_unknown(client):
    known = client.post(PREDICT, json={"ndvi": 0.5}).json()
    nulls = client.post(PREDICT, json={"ndvi": 0.5, "building_density": None}).json()
    assert known == nulls


def test_knowing_less_never_narrows_the_interval(client):
    few = client.post(PREDICT, json={"ndvi": 0.5}).json()
    more = client.post(PREDICT, json=TRIO).json()
    assert few["upper"] - few["lower"] >= more["upper"] - more["lower"] - 1e-6


def test_the_answer_is_plain_json(client):
    json.loads(client.post(PREDICT, json=TRIO).text, parse_constant=pytest.fail)


def test_a_name_given_twice_is_400_and_named(client):
    answer = client.post(PREDICT, content=b'[{"ndvi": 0.1, "ndvi": 0.9}]')
    assert answer.status_code == 400
    assert answer.json()["detail"] == "'ndvi' is given twice in one object"
    assert answer.json()["errors"][0]["field"] == "ndvi"


def test_a_number_of_too_many_digits_is_400_in_our_words(client):
    answer = client.post(PREDICT, content=b'{"ndvi": ' + b"9" * 5000 + b"}")
    assert answer.status_code == 400
    assert answer.json()["detail"] == "a number with too many digits"


def test_a_wrong_row_is_named_without_a_dot(client):
    answer = client.post(PREDICT, json=[TRIO, {"water_distance": 10}, 3])
    fields = [one["field"] for one in answer.json()["errors"]]
    assert fields == ["[1]", "[2]"]


def test_where_an_area_is_named_its_edition_says_what_the_numbers_are(client, middle):
    alone = client.post(PREDICT, json=TRIO).json()
    here = client.post(f"{PREDICT}?area=town", json=TRIO).json()
    lon, lat = middle
    there = client.get(f"/services/uhi/at?lon={lon}&lat={lat}").json()["properties"]
    for name in ("quantity", "reference", "synthetic_model", "model"):
        assert here[name] == there[name]
    assert all(warning in here["warnings"] for warning in there["warnings"])
    assert here["synthetic_model"] is alone["synthetic_model"] is True
    assert alone["quantity"]["en"] == "surface temperature"
    assert alone["reference"]


def test_the_reference_is_of_the_model_that_answers():
    from types import SimpleNamespace

    from geoml.api.answers import context
    from geoml.catalog import get

    loud, quiet = {"code": "loud"}, {"code": "quiet"}
    trained = {"version": "2", "quantity": "air", "reference": "own", "warnings": [quiet]}
    model = SimpleNamespace(manifest=trained)
    edition = {"quantity": "air", "reference": "borrowed", "warnings": [quiet, loud]}
    same = context(get("uhi"), model, {**edition, "model": "uhi@2"})
    assert same == {"quantity": "air", "reference": "borrowed", "warnings": [quiet, loud]}
    other = context(get("uhi"), model, {**edition, "model": "uhi@1"})
    assert (other["reference"], other["warnings"]) == ("own", [quiet, loud])
    assert context(get("uhi"), model, None)["warnings"] == [quiet]
    assert trained["warnings"] == [quiet]


@pytest.mark.parametrize("raw", [b'{"\\ud800": 1}', b'{"ndvi": "\\ud800"}', b'{"a\\u0000": 1}'])
def test_half_a_character_is_refused_like_any_other_name(client, raw):
    answer = client.post(PREDICT, content=raw)
    assert answer.status_code == 422
    answer.json()
