"""Counting against the limits from an event loop, without waiting in its way."""

import asyncio
from collections.abc import Sequence
from hashlib import sha1
from typing import Any

from redis.exceptions import RedisError, ResponseError

from ..rest import limits
from ..rest.limit_redis import SCRIPT, RedisStore, SharedStore, asked, usages
from ..rest.limit_stores import Charge, Usage
from . import redis_line
from .redis_line import RedisLine

_DIGEST = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()


class Till:
    """Of one event loop. Counts where ``limits.consume_many`` does, and as that does while Redis
    is away.
    """

    def __init__(self) -> None:
        self._line: RedisLine | None = None
        self._connecting = asyncio.Lock()

    @staticmethod
    def is_possible() -> bool:
        store = limits.store()
        if isinstance(store, SharedStore):
            return redis_line.reaches(store.shared.client.connection_pool)
        return True

    async def charge(self, charges: Sequence[tuple[str, str, int]]) -> list[list[limits.Window]]:
        """``limits.consume_many``."""
        prepared, store = limits.prepare(charges), limits.store()
        if isinstance(store, SharedStore):
            return limits.windows(prepared, await self._shared(store, prepared))
        return limits.windows(prepared, store.charge(prepared))

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    async def _shared(self, store: SharedStore, charges: list[Charge]) -> list[list[Usage]]:
        if store.may_ask():
            try:
                found = usages(charges, await self._ask(store.shared, charges))
            except (RedisError, OSError) as error:
                store.failed(error)
            else:
                store.answered()
                return found
        return store.alone.charge(charges)

    async def _ask(self, store: RedisStore, charges: list[Charge]) -> Any:
        line = await self._connected(store)
        keys, args = asked(store.prefix, charges)
        timeout = store.client.connection_pool.connection_kwargs.get("socket_timeout")
        try:
            return await line.call("EVALSHA", _DIGEST, len(keys), *keys, *args, timeout=timeout)
        except ResponseError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
        return await line.call("EVAL", SCRIPT, len(keys), *keys, *args, timeout=timeout)

    async def _connected(self, store: RedisStore) -> RedisLine:
        line = self._line
        if line is None or not line.is_open:
            async with self._connecting:  # Of many at once, one connects.
                if self._line is None or not self._line.is_open:
                    self._line = await redis_line.connect(store.client.connection_pool)
                line = self._line
        return line
