"""Counting against the limits from an event loop, without waiting in its way."""

import asyncio
from collections.abc import Sequence
from hashlib import sha1
from typing import Any, Protocol

from redis.exceptions import RedisError, ResponseError

from ..rest import limits
from ..rest.limit_redis import SCRIPT, RedisStore, SharedStore, asked, is_refused, usages
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

    def begin(self, charges: Sequence[tuple[str, str, int]]) -> "Charging":
        """Ask, if that can be done at once. The rest is done by whoever awaits what comes of it,
        and somebody has to.
        """
        prepared, store = limits.prepare(charges), limits.store()
        if not isinstance(store, SharedStore):
            return Counted(prepared, store.charge(prepared))
        line = self._line
        if line is not None and line.is_open and store.may_ask():
            return Asked(self, store, prepared, line.send(*_counting(store.shared, prepared)))
        return Asked(self, store, prepared, None)

    async def charge(self, charges: Sequence[tuple[str, str, int]]) -> list[list[limits.Window]]:
        """``limits.consume_many``."""
        return await self.begin(charges).windows()

    def look(self) -> None:
        """Take in what Redis has answered by now, without another turn of the loop."""
        if self._line is not None:
            self._line.look()

    def close(self) -> None:
        if self._line is not None:
            self._line.close()

    async def connected(self, store: RedisStore) -> RedisLine:
        line = self._line
        if line is None or not line.is_open:
            async with self._connecting:  # Of many at once, one connects.
                if self._line is None or not self._line.is_open:
                    self._line = await redis_line.connect(store.client.connection_pool)
                line = self._line
        return line


class Charging(Protocol):
    """Charges under way, or counted. ``windows`` is to be awaited, if ``found`` knows of none."""

    def all_fit(self) -> bool | None:
        """Whether none of them is refused; None while that is not known."""
        ...

    def found(self) -> list[list[limits.Window]] | None:
        """The limits of each as they stand after it; None while they are not known."""
        ...

    async def windows(self) -> list[list[limits.Window]]: ...


class Counted:
    """By this process."""

    def __init__(self, charges: Sequence[Charge], used: Sequence[Sequence[Usage]]) -> None:
        self._windows = limits.windows(charges, used)

    def all_fit(self) -> bool:
        return not any(window.wait for windows in self._windows for window in windows)

    def found(self) -> list[list[limits.Window]]:
        return self._windows

    async def windows(self) -> list[list[limits.Window]]:
        return self._windows


class Asked:
    """Of Redis. ``answer``: None where it has not been yet."""

    def __init__(
        self,
        till: Till,
        store: SharedStore,
        charges: list[Charge],
        answer: asyncio.Future[Any] | None,
    ) -> None:
        self._till = till
        self._store = store
        self._charges = charges
        self._answer = answer

    def all_fit(self) -> bool | None:
        if self._answer is not None and not self._answer.done():
            self._till.look()
        return None if (told := self._told_by_now()) is None else not is_refused(told)

    def found(self) -> list[list[limits.Window]] | None:
        return None if (told := self._told_by_now()) is None else self._read(told)

    async def windows(self) -> list[list[limits.Window]]:
        store = self._store
        if self._answer is not None or store.may_ask():
            try:
                return self._read(await self._told())
            except (RedisError, OSError) as error:
                store.failed(error)
        return limits.windows(self._charges, store.alone.charge(self._charges))

    def _told_by_now(self) -> Sequence[int] | None:
        """What became of it otherwise is found out later."""
        answer = self._answer
        if answer is None or not answer.done() or answer.cancelled() or answer.exception():
            return None
        return answer.result()

    def _read(self, told: Sequence[int]) -> list[list[limits.Window]]:
        self._store.answered()
        return limits.windows(self._charges, usages(self._charges, told))

    async def _told(self) -> Any:
        store = self._store.shared
        if self._answer is None:
            line = await self._till.connected(store)
            self._answer = line.send(*_counting(store, self._charges))
        try:
            return await self._answer
        except ResponseError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise
        line = await self._till.connected(store)
        keys, args = asked(store.prefix, self._charges)
        return await line.send("EVAL", SCRIPT, len(keys), *keys, *args)


def _counting(store: RedisStore, charges: Sequence[Charge]) -> tuple[str | int, ...]:
    keys, args = asked(store.prefix, charges)
    return ("EVALSHA", _DIGEST, len(keys), *keys, *args)
