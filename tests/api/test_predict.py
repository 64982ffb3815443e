"""Asking for a prediction: what is answered, and how a wrong question is refused.

The rows are made from what the service under test declares, so that any service is asked.
"""

import json
from types import SimpleNamespace

import pytest

from geoml.api.answers import context


@pytest.fixture(scope="session")
def predict(service_name):
    """The path that predictions are asked at."""
    return f"/services/{service_name}/predict"


@pytest.fixture(scope="session")
def first(service, row):
    """The declaration of the first feature of ``row``."""
    return service.feature(next(iter(row)))


@pytest.fixture(scope="session")
def poor(service, row):
    """A row that knows features, but not the least that an answer can live on."""
    least = {name for group in service.needs_one_of for name in group}
    return {name: value for name, value in row.items() if name not in least}


def raw(name, value):
    """A body with one name and a value that ``json`` would not write."""
    return b'{"' + name.encode() + b'": ' + value + b"}"


def test_the_classic_numbers_are_enough(client, predict, service, row):
    answer = client.post(predict, json=row).json()
    assert 0 <= answer[f"{service.name}_score"] <= 100
    assert answer["unit"] == service.target.unit
    assert answer["lower"] < answer[service.target.name] < answer["upper"]
    assert answer["model"].startswith(f"{service.name}@")
    assert answer["interval_level"] == 0.9


@pytest.mark.parametrize("body", [b"[" * 20_000, b'{"a":' * 20_000])
def test_brackets_without_end_are_refused_in_words_of_ours(client, predict, body):
    answer = client.post(predict, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "the body is nested too deeply"


def test_contributions_add_up_to_the_answer(client, predict, service, row):
    answer = client.post(predict, json=row).json()
    parts = sum(one["contribution"] for one in answer["contributions"])
    assert answer["average"] + parts == pytest.approx(answer[service.target.name], abs=0.01)
    sizes = [abs(one["contribution"]) for one in answer["contributions"]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_list_is_answered_with_a_list_in_the_same_order(client, predict, service, first, row):
    low, high = ({**row, first.name: value} for value in first.valid)
    answers = client.post(predict, json=[low, high, low]).json()
    values = [one[service.target.name] for one in answers]
    assert len(answers) == 3
    assert values[0] == values[2] != values[1]
    if first.monotone:
        assert (values[1] > values[0]) == (first.monotone == "up")


def test_a_batch_of_many_rows_equals_rows_asked_alone(client, predict, first, row):
    low, high = first.valid
    rows = [{**row, first.name: round(low + (high - low) * i / 20, 3)} for i in range(10)]
    together = client.post(predict, json=rows).json()
    assert together[7] == client.post(predict, json=rows[7]).json()


def test_a_value_outside_its_range_is_422_and_names_field_unit_and_range(
    client, predict, service, row
):
    for feature in map(service.feature, row):
        low, high = feature.valid
        for beyond in (low - 1, high + 1, 10**400):
            answer = client.post(predict, json={**row, feature.name: beyond})
            assert answer.status_code == 422
            assert answer.headers["content-type"] == "application/problem+json"
            for part in (feature.name, f"{low} to {high}", f"unit: {feature.unit}"):
                assert part in answer.json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda row, name: {**row, name: "green"}, ["{name}", '"green"']),
        (lambda row, name: {**row, name: True}, ["{name}", "true"]),
        (lambda row, name: {**row, f"{name}x": 0.1}, ["{name}x", "did you mean {name}?"]),
        (lambda row, name: [row, {**row, name: 1e9}], ["[1].{name}"]),
        (lambda row, name: [], ["empty batch"]),
        (lambda row, name: [3], ["expected an object"]),
    ],
)
def test_an_invalid_value_is_422_and_named(client, predict, first, row, wrong, told):
    answer = client.post(predict, json=wrong(row, first.name))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    for part in told:
        assert part.format(name=first.name) in answer.json()["detail"]


def test_too_little_to_live_on_is_422_and_names_what_would_do(client, predict, service, poor):
    answer = client.post(predict, json=poor)
    assert answer.status_code == 422
    for name in service.needs_one_of[0]:
        assert name in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[" * 9999])
def test_what_is_not_json_is_400(client, predict, body):
    answer = client.post(predict, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["status"] == 400


@pytest.mark.parametrize("value", [b"NaN", b"Infinity"])
def test_numbers_that_json_does_not_know_are_400(client, predict, first, value):
    assert client.post(predict, content=raw(first.name, value)).status_code == 400


def test_other_statuses(client, predict, row):
    xml = {"content-type": "application/xml"}
    assert client.post(predict, content=b"<a/>", headers=xml).status_code == 415
    assert client.post(predict, json=[row] * 5001).status_code == 413
    huge = b"[" + b" " * 5_000_000 + b"]"
    assert client.post(predict, content=huge).status_code == 413
    assert client.post(f"{predict}?area=nowhere", json=row).status_code == 404
    assert client.post(f"{predict}?aera=town", json=row).status_code == 400
    assert client.post("/services/nothing/predict", json=row).status_code == 404
    assert client.get(predict).status_code == 405


@pytest.fixture(scope="session")
def alone(service, row):
    """One feature alone, which is enough."""
    return next({name: row[name]} for name in row if service.enough({name}))


def test_null_means_unknown(client, predict, row, alone):
    known = client.post(predict, json=alone).json()
    nulls = client.post(predict, json=dict.fromkeys(row) | alone).json()
    assert known == nulls


def test_knowing_less_never_narrows_the_interval(client, predict, row, alone):
    few = client.post(predict, json=alone).json()
    more = client.post(predict, json=row).json()
    assert few["upper"] - few["lower"] >= more["upper"] - more["lower"] - 1e-6


def test_the_answer_is_plain_json(client, predict, row):
    json.loads(client.post(predict, json=row).text, parse_constant=pytest.fail)


def test_a_name_given_twice_is_400_and_named(client, predict, first):
    body = f'[{{"{first.name}": 0.1, "{first.name}": 0.9}}]'
    answer = client.post(predict, content=body.encode())
    assert answer.status_code == 400
    assert answer.json()["detail"] == f"'{first.name}' is given twice in one object"
    assert answer.json()["errors"][0]["field"] == first.name


def test_a_number_of_too_many_digits_is_400_in_our_words(client, predict, first):
    answer = client.post(predict, content=raw(first.name, b"9" * 5000))
    assert answer.status_code == 400
    assert answer.json()["detail"] == "a number with too many digits"


def test_a_wrong_row_is_named_without_a_dot(client, predict, row, poor):
    answer = client.post(predict, json=[row, poor, 3])
    fields = [one["field"] for one in answer.json()["errors"]]
    assert fields == ["[1]", "[2]"]


def test_where_an_area_is_named_its_edition_says_what_the_numbers_are(
    client, predict, service_name, row, middle
):
    nowhere = client.post(predict, json=row).json()
    here = client.post(f"{predict}?area=town", json=row).json()
    lon, lat = middle
    there = client.get(f"/services/{service_name}/at?lon={lon}&lat={lat}").json()["properties"]
    for name in ("quantity", "reference", "synthetic_model", "model"):
        assert here[name] == there[name]
    assert all(warning in here["warnings"] for warning in there["warnings"])
    assert here["synthetic_model"] is nowhere["synthetic_model"] is True
    assert nowhere["quantity"]["en"]
    assert nowhere["reference"]


def test_the_reference_is_of_the_model_that_answers(service):
    loud, quiet = {"code": "loud"}, {"code": "quiet"}
    trained = {"version": "2", "quantity": "air", "reference": "own", "warnings": [quiet]}
    model = SimpleNamespace(manifest=trained)
    edition = {"quantity": "air", "reference": "borrowed", "warnings": [quiet, loud]}
    same = context(service, model, {**edition, "model": f"{service.name}@2"})
    assert same == {"quantity": "air", "reference": "borrowed", "warnings": [quiet, loud]}
    other = context(service, model, {**edition, "model": f"{service.name}@1"})
    assert (other["reference"], other["warnings"]) == ("own", [quiet, loud])
    assert context(service, model, None)["warnings"] == [quiet]
    assert trained["warnings"] == [quiet]


@pytest.mark.parametrize("body", [b'{"\\ud800": 1}', b'{"NAME": "\\ud800"}', b'{"a\\u0000": 1}'])
def test_half_a_character_is_refused_like_any_other_name(client, predict, first, body):
    answer = client.post(predict, content=body.replace(b"NAME", first.name.encode()))
    assert answer.status_code == 422
    answer.json()
