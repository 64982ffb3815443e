"""Tokens as the server knows them: all that are alive, read again every other second.

No request waits for the database twice within ``FRESH_S``, and nobody makes it work harder by
inventing tokens. A token that is revoked opens nothing after ``FRESH_S`` seconds at the latest.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

from geoml.errors import GeomlError

if TYPE_CHECKING:
    from geoml.paths import Home
    from geoml.store.tokens import Token

FRESH_S = 2.0
logger = logging.getLogger("geoml.api")


class Unreachable(Exception):
    """The operations database does not answer: nobody can say whether a token is good."""


class Keys:
    """The live tokens of a home, remembered for ``FRESH_S`` seconds and never longer.

    ``clock`` is for tests. Opens nothing before the first token is shown.
    """

    def __init__(self, home: Home, clock: Callable[[], float] = time.monotonic) -> None:
        self._home, self._clock = home, clock
        self._known: Mapping[str, Token] | None = None
        self._until = float("-inf")
        self._reading: asyncio.Lock | None = None

    async def find(self, given: str) -> Token | None:
        """The live token that was shown, None for anything else; raises Unreachable."""
        if self._clock() >= self._until:
            await self._refresh()
        if self._known is None:
            raise Unreachable
        from geoml.store.tokens import recognise

        return recognise(given, self._known)

    async def _refresh(self) -> None:
        """Read the tokens once, however many ask for them at the same time."""
        if self._reading is None:
            self._reading = asyncio.Lock()
        async with self._reading:
            if self._clock() >= self._until:
                asked = self._clock()  # before: what is read is never older than it says
                self._known = await run_in_threadpool(self._read)
                self._until = asked + FRESH_S

    def _read(self) -> Mapping[str, Token] | None:
        """The live tokens, None when the database does not answer."""
        from geoml.store.tokens import alive

        try:
            return alive(self._home)
        except GeomlError as error:
            logger.error("tokens cannot be checked: %s", error)
            return None
