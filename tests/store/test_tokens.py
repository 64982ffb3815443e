"""Tokens: shown once, kept as a hash, recognised in constant time, taken back."""

import hmac
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from geoml.errors import InvalidArgument
from geoml.store import database, tokens

DAY = timedelta(days=1)


def test_a_token_is_recognised_until_it_ends(home):
    given, made = tokens.create(home, ["read"], DAY, "tax office")
    alive = tokens.alive(home)
    found = tokens.recognise(given, alive)
    assert found == made
    assert (found.scopes, found.name) == ({"read"}, "tax office")
    assert found.expires - found.created == DAY
    assert tokens.recognise(given, alive, made.expires - timedelta(seconds=1)) == made
    assert tokens.recognise(given, alive, made.expires) is None


def test_the_times_have_a_zone_on_every_database(home):
    _, made = tokens.create(home, ["read"], DAY)
    [again] = tokens.every(home)
    assert again == made
    assert abs(datetime.now(UTC) - again.created) < timedelta(minutes=1)


def test_a_revoked_token_is_not_alive_and_keeps_the_first_time(home):
    given, made = tokens.create(home, ["operate"], DAY)
    first = tokens.revoke(home, made.id)
    assert first.state(datetime.now(UTC)) == "revoked"
    assert tokens.alive(home) == {}
    assert tokens.recognise(given, {made.id: first}) is None
    assert tokens.revoke(home, made.id).revoked == first.revoked


def test_an_expired_token_is_not_alive(home):
    _, made = tokens.create(home, ["read"], timedelta(microseconds=1))
    assert tokens.alive(home) == {}
    assert [one.id for one in tokens.every(home)] == [made.id]


@pytest.mark.parametrize("wrong", ["", "geoml_", "x", "geoml_0123456789ab_", "Bearer", "é" * 60])
def test_what_is_no_token_is_not_recognised(home, wrong):
    given, _ = tokens.create(home, ["read"], DAY)
    alive = tokens.alive(home)
    assert tokens.recognise(wrong, alive) is None
    assert tokens.recognise(f"{given} ", alive) is None
    assert tokens.recognise(given.upper(), alive) is None


def test_the_id_of_one_token_and_the_secret_of_another_open_nothing(home):
    one, _ = tokens.create(home, ["read"], DAY)
    other, _ = tokens.create(home, ["operate"], DAY)
    mixed = other[:18] + one[18:]
    assert tokens.TOKEN.fullmatch(mixed)
    assert tokens.recognise(mixed, tokens.alive(home)) is None


def test_digests_are_compared_in_constant_time_even_where_there_is_none(home, monkeypatch):
    given, made = tokens.create(home, ["read"], DAY)
    alive = tokens.alive(home)
    seen = []

    def compare(one, other):
        seen.append((one, other))
        return hmac_compare(one, other)

    hmac_compare = hmac.compare_digest
    monkeypatch.setattr(tokens.hmac, "compare_digest", compare)
    assert tokens.recognise(given, alive) is not None
    assert tokens.recognise(given.replace(made.id, "0" * 12), alive) is None
    assert [len(other) for _, other in seen] == [64, 64]


def test_the_secret_is_nowhere_in_the_database(home):
    given, made = tokens.create(home, ["read"], DAY, "canary")
    secret = given.rpartition(f"{made.id}_")[2]
    with database.connect(home).connect() as connection:
        rows = connection.execute(text("SELECT * FROM token")).all()
    assert made.digest in str(rows)
    assert secret not in str(rows)
    assert secret not in repr(made)
    for file in home.root.glob("geoml.db*") if home.root.is_dir() else ():
        assert secret.encode() not in file.read_bytes()


def test_secrets_hold_256_bits_and_never_repeat(home):
    made = [tokens.create(home, ["read"], DAY)[0] for _ in range(20)]
    assert len({one[18:] for one in made}) == 20
    assert all(tokens.TOKEN.fullmatch(one) for one in made)


@pytest.mark.parametrize(
    ("scopes", "lasts", "name"),
    [
        ([], DAY, ""),
        (["root"], DAY, ""),
        (["read"], timedelta(0), ""),
        (["read"], timedelta(days=4000), ""),
        (["read"], DAY, "x" * 81),
        (["read"], DAY, "two\nlines"),
    ],
)
def test_what_cannot_be_a_token_is_told(home, scopes, lasts, name):
    with pytest.raises(InvalidArgument):
        tokens.create(home, scopes, lasts, name)
    assert tokens.every(home) == ()


def test_a_token_is_no_name_for_a_token(home):
    given, _ = tokens.create(home, ["read"], DAY)
    with pytest.raises(InvalidArgument):
        tokens.create(home, ["read"], DAY, given)


def test_the_number_of_live_tokens_is_bounded(home, monkeypatch):
    monkeypatch.setattr(tokens, "MOST", 2)
    for _ in range(2):
        _, made = tokens.create(home, ["read"], DAY)
    with pytest.raises(InvalidArgument, match="too many"):
        tokens.create(home, ["read"], DAY)
    tokens.revoke(home, made.id)
    tokens.create(home, ["read"], DAY)


def test_a_token_that_is_not_there_cannot_be_revoked(home):
    with pytest.raises(InvalidArgument, match="token list"):
        tokens.revoke(home, "0123456789ab")
