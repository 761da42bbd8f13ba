"""Charging the limits from an event loop, many requests in one round trip."""

from collections.abc import Sequence
from hashlib import sha1
from typing import Any

import hiredis
from redis import Connection, ConnectionPool, SSLConnection, UnixDomainSocketConnection
from redis.asyncio import connection as asynchronous
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import NoScriptError, RedisError

from ..rest import limits
from ..rest.limit_redis import SCRIPT, SharedStore, asked, usages
from ..rest.limits import Window

#: Scope, owner, and units: those below 0 are taken back.
Charge = tuple[str, str, int]

_DIGEST = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
_CONNECTIONS: dict[type, type] = {
    Connection: asynchronous.Connection,
    SSLConnection: asynchronous.SSLConnection,
    UnixDomainSocketConnection: asynchronous.UnixDomainSocketConnection,
}
# Django's connections retry by a class that asynchronous ones cannot use, and parse by another.
_NOT_TAKEN_OVER = {"retry", "parser_class"}


class LimitClient:
    """Of one event loop. Charges what ``rest.limits.consume_many`` would, and as that does while
    Redis is away: by this process alone.

    The script is sent over redis-py's connections without its client, which takes longer about a
    command than counting a group does.
    """

    def __init__(self) -> None:
        self._free: list[Any] = []

    @staticmethod
    def is_possible() -> bool:
        """Not where a host connects to Redis by a class of its own."""
        store = limits.store()
        return not isinstance(store, SharedStore) or _pool(store).connection_class in _CONNECTIONS

    async def charge(self, charges: Sequence[Charge]) -> list[list[Window]]:
        """The limits of each as they stand after it. A charge was refused, and left nothing
        counted, where one of its windows has a ``wait``.
        """
        store, prepared = limits.store(), limits.prepare(charges)
        if isinstance(store, SharedStore) and store.may_ask():
            try:
                found = await self._run(store, *asked(store.shared.prefix, prepared))
            except (RedisError, OSError) as error:
                store.failed(error)
            else:
                store.answered()
                return limits.windows(prepared, usages(prepared, found))
        alone = store.alone if isinstance(store, SharedStore) else store
        return limits.windows(prepared, alone.charge(prepared))

    async def _run(self, store: SharedStore, keys: list[str], args: list[int]) -> list[int]:
        if self._free:
            try:
                return await self._run_on(self._free.pop(), keys, args)
            except Lost:
                # A restart of Redis has cut them all, which a new connection need not know.
                await self.close()
        return await self._run_on(_connection(_pool(store)), keys, args)

    async def _run_on(self, connection: Any, keys: list[str], args: list[int]) -> list[int]:
        try:
            try:
                await _send(connection, "EVALSHA", _DIGEST, len(keys), *keys, *args)
                found = await connection.read_response()
            except NoScriptError:
                await _send(connection, "EVAL", SCRIPT, len(keys), *keys, *args)
                found = await connection.read_response()
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        self._free.append(connection)
        return found

    async def close(self) -> None:
        while self._free:
            await self._free.pop().disconnect()


async def _send(connection: Any, *command: Any) -> None:
    """By hiredis, which redis-py takes for its synchronous connections only."""
    await connection.send_packed_command([hiredis.pack_command(command)])


def _pool(store: SharedStore) -> ConnectionPool:
    return store.shared.client.connection_pool


def _connection(pool: ConnectionPool) -> Any:
    about = {k: v for k, v in pool.connection_kwargs.items() if k not in _NOT_TAKEN_OVER}
    return _CONNECTIONS[pool.connection_class](**about)
