"""Tokens that need the database, looked up together while requests wait for them.

A token is looked at anew every few seconds; one look-up each would cost more than the answers.
"""

import asyncio
from collections.abc import Sequence

from .. import tokens
from ..errors import Unavailable
from ..realtime.threads import in_thread

SIZE = 256


class TokenChecks:
    """Of one event loop. One look-up at a time; what comes meanwhile shares the next."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[tokens.VerifiedToken]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def verified(self, token: str) -> tokens.VerifiedToken:
        """Raises ``InvalidToken``, ``Unavailable``."""
        known = tokens.verify_cached(token)
        if known is not None:
            return known
        future = self._waiting.get(token)
        if future is None:
            future = self._waiting[token] = asyncio.get_running_loop().create_future()
            if self._looking is None:
                self._looking = asyncio.create_task(self._look_up())
        return await asyncio.shield(future)  # Another request may wait for the same.

    async def _look_up(self) -> None:
        while self._waiting:
            asked = [self._waiting.popitem() for _ in range(min(SIZE, len(self._waiting)))]
            found: Sequence[tokens.VerifiedToken | tokens.InvalidToken | Unavailable]
            try:
                found = await in_thread(tokens.verify_many, [token for token, _ in asked])
            except Unavailable as error:
                found = [error] * len(asked)
            for (_, future), outcome in zip(asked, found, strict=True):
                if isinstance(outcome, tokens.VerifiedToken):
                    future.set_result(outcome)
                else:
                    future.set_exception(outcome)
        self._looking = None
