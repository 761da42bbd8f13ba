"""Tokens that need the database, looked up together while requests wait for them.

A token is looked at anew every few seconds; one look-up each would cost more than the answers. Of
one in use that is done before it has to be, and nobody waits.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from .. import tokens
from ..app_settings import app_settings
from ..errors import Unavailable
from ..realtime.threads import in_thread
from . import workers

# The most that one look-up is for: each is decoded in the loop's way, in a tenth of a millisecond.
SIZE = 32
# Share of the trust that goes by between two looks for tokens of which it soon ends.
LOOK = 1 / 20


class TokenChecks:
    """Of one event loop. One look-up at a time; what comes meanwhile shares the next."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[tokens.VerifiedToken]] = {}
        self._looking: asyncio.Task[None] | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._look_at = 0.0

    async def verified(self, token: str) -> tokens.VerifiedToken:
        """Raises ``InvalidToken``, ``Unavailable``."""
        known = tokens.verify_cached(token)
        if known is not None:
            if self._renewing is None and (now := monotonic()) >= self._look_at:
                self._look_at = now + LOOK * app_settings.TOKEN_TRUST_SECONDS
                if tokens.are_due():
                    self._renewing = asyncio.create_task(self._renew())
            return known
        future = self._waiting.get(token)
        if future is None:
            future = self._waiting[token] = asyncio.get_running_loop().create_future()
            if self._looking is None:
                self._looking = asyncio.create_task(self._look_up())
        return await asyncio.shield(future)  # Another request may wait for the same.

    async def _renew(self) -> None:
        try:
            # Else they hold as long as they would have, and then it is told.
            with suppress(Unavailable):
                while tokens.are_due():
                    await _verify([])
        finally:
            self._renewing = None

    async def _look_up(self) -> None:
        while self._waiting:
            asked = [self._waiting.popitem() for _ in range(min(SIZE, len(self._waiting)))]
            verifying = _verify([token for token, _ in asked])
            work = asyncio.create_task(verifying)
            await asyncio.wait({work})
            failure = work.exception()  # Whatever it is, somebody waits to hear of it.
            found = work.result() if failure is None else [failure] * len(asked)
            for (_, future), outcome in zip(asked, found, strict=True):
                if isinstance(outcome, tokens.VerifiedToken):
                    future.set_result(outcome)
                else:
                    future.set_exception(outcome)
        self._looking = None


async def _verify(given: Sequence[str]) -> list[tokens.VerifiedToken | tokens.InvalidToken]:
    line = workers.current().accounts
    if line is not None and tokens.is_asked_for():
        with suppress(workers.NotDone):
            return await line.resolve(tokens.verifying(given))
    return await in_thread(tokens.verify_many, given)
