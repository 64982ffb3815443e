"""Tokens: made, listed, taken back, recognised.

A token is ``geoml_<id>_<secret>``: the id is public and finds the row, the secret is 256 random
bits and is shown once. What is kept is SHA-256 of the secret. A slow hash (bcrypt, argon2) makes
guessing of *passwords* dear; nobody guesses 256 bits, so it would only make every request dear
(OWASP Password Storage Cheat Sheet speaks of what people choose; this, nobody chose).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias, get_args

from sqlalchemy import func, or_, select

from geoml.errors import InvalidArgument
from geoml.paths import Home
from geoml.store.database import exists, session
from geoml.store.tables import TokenRow

ScopeName: TypeAlias = Literal["read", "feedback", "operate"]
SCOPES: tuple[ScopeName, ...] = get_args(ScopeName)
TOKEN = re.compile(r"geoml_([0-9a-f]{12})_([A-Za-z0-9_-]{43})", re.ASCII)
LONGEST = timedelta(days=3660)
MOST = 10_000
"""Most tokens that are alive at once: the server keeps them all in memory."""

_NOBODY = "0" * 64


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; ``digest`` is the SHA-256 of its secret in hexadecimal."""

    id: str
    digest: str
    scopes: frozenset[str]
    name: str
    created: datetime
    expires: datetime
    revoked: datetime | None

    def state(self, now: datetime) -> Literal["live", "expired", "revoked"]:
        """Whether it opens anything at a time."""
        if self.revoked is not None and self.revoked <= now:
            return "revoked"
        return "live" if now < self.expires else "expired"


def create(
    home: Home, scopes: Collection[str], lasts: timedelta, name: str = ""
) -> tuple[str, Token]:
    """A new token and what is kept of it; the first is never to be had again.

    Raises InvalidArgument for an unknown scope, a life of more than ten years, or a full table.
    """
    _check(scopes, lasts, name)
    id_, secret, now = secrets.token_hex(6), secrets.token_urlsafe(32), _now()
    row = TokenRow(
        id=id_,
        digest=digest(secret),
        scopes=" ".join(one for one in SCOPES if one in scopes),
        name=name,
        created=now,
        expires=now + lasts,
        revoked=None,
    )
    with session(home, writes=True) as opened:
        alive = select(func.count()).where(TokenRow.revoked.is_(None), TokenRow.expires > now)
        if (opened.scalar(alive) or 0) >= MOST:
            raise InvalidArgument(
                "there are too many tokens",
                expected=f"at most {MOST} that are neither expired nor revoked",
                next_step="revoke some: geoml token list, geoml token revoke ID",
            )
        opened.add(row)
        made = _token(row)
    return f"geoml_{id_}_{secret}", made


def every(home: Home) -> tuple[Token, ...]:
    """All tokens there ever were, oldest first."""
    if not exists(home):
        return ()
    with session(home) as opened:
        rows = opened.scalars(select(TokenRow).order_by(TokenRow.created, TokenRow.id))
        return tuple(_token(row) for row in rows)


def revoke(home: Home, id_: str) -> Token:
    """Take a token back; raises InvalidArgument when there is none of this id.

    A token that was taken back before keeps the time of the first.
    """
    found = None
    if exists(home):
        with session(home, writes=True) as opened:
            row = opened.get(TokenRow, id_)
            if row is not None:
                row.revoked = row.revoked or _now()
                found = _token(row)
    if found is None:
        raise InvalidArgument(
            "no token of this id", got=repr(id_)[:40], next_step="see: geoml token list"
        )
    return found


def alive(home: Home) -> Mapping[str, Token]:
    """Tokens that open something now, by id: one query, for a server that keeps them a while."""
    if not exists(home):
        return {}
    now = _now()
    with session(home) as opened:
        still = or_(TokenRow.revoked.is_(None), TokenRow.revoked > now)
        rows = opened.scalars(select(TokenRow).where(TokenRow.expires > now, still).limit(MOST))
        return {row.id: _token(row) for row in rows}


def recognise(given: str, among: Mapping[str, Token], now: datetime | None = None) -> Token | None:
    """The live token that ``given`` is, None for anything else.

    The digests are compared in constant time, and an id that does not exist takes as long.
    """
    parts = TOKEN.fullmatch(given)
    if parts is None:
        return None
    found = among.get(parts[1])
    right = hmac.compare_digest(digest(parts[2]), found.digest if found else _NOBODY)
    if found is None or not right or found.state(now or _now()) != "live":
        return None
    return found


def digest(secret: str) -> str:
    """SHA-256 of a secret, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(scopes: Collection[str], lasts: timedelta, name: str) -> None:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise InvalidArgument(
            "no such scope" if unknown else "a token needs a scope",
            where="--scope",
            expected=", ".join(SCOPES),
            got=", ".join(unknown)[:80],
        )
    if not timedelta(0) < lasts <= LONGEST:
        raise InvalidArgument(
            "a token cannot live that long",
            where="--expires",
            expected=f"at most {LONGEST.days}d",
            got=f"{lasts.days}d",
        )
    if len(name) > 80 or not name.isprintable() or TOKEN.search(name):
        raise InvalidArgument(
            "not a name for a token", where="--name", expected="at most 80 letters, on one line"
        )


def _token(row: TokenRow) -> Token:
    return Token(
        row.id,
        row.digest,
        frozenset(row.scopes.split()),
        row.name,
        row.created,
        row.expires,
        row.revoked,
    )


def _now() -> datetime:
    return datetime.now(UTC)
