"""A connection to Redis that the event loop itself reads from, for one command after the other.

redis-py's own asynchronous client takes longer about a command than counting 64 answers does.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Mapping
from typing import Any

import hiredis
from redis import Connection, ConnectionPool, SSLConnection, UnixDomainSocketConnection
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import ResponseError

Argument = str | bytes | int


def reaches(pool: ConnectionPool) -> bool:
    """Whether a line can be had to where ``pool`` connects: not by a class of a host's own."""
    return pool.connection_class in (Connection, SSLConnection, UnixDomainSocketConnection)


class RedisLine(asyncio.Protocol):
    """Raises ``redis.exceptions.ConnectionError`` once it is lost; then another one is needed."""

    def __init__(self) -> None:
        self._reader = hiredis.Reader(notEnoughData=_MORE)
        self._waiting: deque[asyncio.Future[Any]] = deque()
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    async def call(self, *command: Argument, timeout: float | None) -> Any:
        """The answer. ``timeout`` in seconds; a line that took longer is lost."""
        if self._transport is None:
            raise Lost("The connection is lost")
        answer = self._loop.create_future()
        self._waiting.append(answer)
        self._transport.write(hiredis.pack_command(command))  # type: ignore[arg-type]
        late = None if timeout is None else self._loop.call_later(timeout, self.close)
        try:
            found = await answer
        finally:
            if late is not None:
                late.cancel()
        if isinstance(found, hiredis.ReplyError):
            raise ResponseError(str(found))
        return found

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self.connection_lost(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (found := self._reader.gets()) is not _MORE:
            answer = self._waiting.popleft()
            if not answer.done():
                answer.set_result(found)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        while self._waiting:
            answer = self._waiting.popleft()
            if not answer.done():
                answer.set_exception(Lost("The connection is lost"))


_MORE = object()


async def connect(pool: ConnectionPool) -> RedisLine:
    """A line to where ``pool`` connects, signed in and at its database.

    Raises ``OSError`` (``TimeoutError`` is one), ``redis.exceptions.RedisError``.
    """
    about = pool.connection_kwargs
    async with asyncio.timeout(about.get("socket_connect_timeout")):
        line = await _reach(pool.connection_class, about)
        timeout = about.get("socket_timeout")
        if about.get("password"):
            user = (about["username"],) if about.get("username") else ()
            await line.call("AUTH", *user, about["password"], timeout=timeout)
        if about.get("db"):
            await line.call("SELECT", about["db"], timeout=timeout)
    return line


async def _reach(kind: type, about: Mapping[str, Any]) -> RedisLine:
    loop = asyncio.get_running_loop()
    if kind is UnixDomainSocketConnection:
        _, line = await loop.create_unix_connection(RedisLine, about["path"])
        return line
    host, port = about.get("host", "localhost"), about.get("port", 6379)
    secure = _secure(about) if kind is SSLConnection else None
    _, line = await loop.create_connection(RedisLine, host, port, ssl=secure)
    return line


def _secure(about: Mapping[str, Any]) -> ssl.SSLContext:
    """As redis-py has it: certificates are asked for unless the address says otherwise."""
    context = ssl.create_default_context(
        cafile=about.get("ssl_ca_certs"),
        capath=about.get("ssl_ca_path"),
        cadata=about.get("ssl_ca_data"),
    )
    if about.get("ssl_cert_reqs", "required") in ("none", ssl.CERT_NONE):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif not about.get("ssl_check_hostname", True):
        context.check_hostname = False
    if about.get("ssl_certfile"):
        context.load_cert_chain(about["ssl_certfile"], about.get("ssl_keyfile"))
    return context
