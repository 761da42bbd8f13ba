"""A connection to Redis that the event loop itself reads from, for one command after the other.

redis-py's own asynchronous client takes longer about a command than counting 64 answers does.
"""

import asyncio
import os
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
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
    """Raises ``redis.exceptions.ConnectionError`` once it is lost; then another one is needed.

    ``timeout`` in seconds; a line that is silent for longer while it is asked is lost.
    """

    def __init__(self, timeout: float | None) -> None:
        self._timeout = timeout
        self._reader = hiredis.Reader(notEnoughData=_MORE)
        self._waiting: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._transport: asyncio.Transport | None = None
        self._descriptor: int | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    def send(self, *command: Argument) -> asyncio.Future[Any]:
        """The answer that is to come; ``ResponseError`` where it is one."""
        answer = self._loop.create_future()
        if self._transport is None:
            answer.set_exception(Lost("The connection is lost"))
            return answer
        self._waiting.append((answer, self._loop.time()))
        self._transport.write(hiredis.pack_command(command))  # type: ignore[arg-type]
        if self._watch is None and self._timeout is not None:
            self._watch = self._loop.call_later(self._timeout, self._watch_over)
        return answer

    def _watch_over(self) -> None:
        """One clock for all: to set one for each, and to stop it, takes longer than to ask."""
        self._watch = None
        if self._waiting and self._timeout is not None:
            _, since = self._waiting[0]
            left = since + self._timeout - self._loop.time()
            if left > 0:
                self._watch = self._loop.call_later(left, self._watch_over)
            else:
                self.close()

    def look(self) -> None:
        """Take in now what has come, for whoever cannot wait for the loop's next turn."""
        if self._transport is None or self._descriptor is None or self._transport.is_closing():
            return
        # What is wrong with the connection is the transport's to find.
        with suppress(OSError):
            if data := os.read(self._descriptor, _MOST):
                self.data_received(data)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self.connection_lost(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        if transport.get_extra_info("ssl_object") is None:  # Else it is not what is meant.
            self._descriptor = transport.get_extra_info("socket").fileno()

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (found := self._reader.gets()) is not _MORE:
            answer, _ = self._waiting.popleft()
            if answer.done():
                continue
            if isinstance(found, hiredis.ReplyError):
                answer.set_exception(ResponseError(str(found)))
            else:
                answer.set_result(found)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        while self._waiting:
            answer, _ = self._waiting.popleft()
            if not answer.done():
                answer.set_exception(Lost("The connection is lost"))


_MORE = object()
# Bytes taken in at once: an answer has some dozens.
_MOST = 65_536


async def connect(pool: ConnectionPool) -> RedisLine:
    """A line to where ``pool`` connects, signed in and at its database.

    Raises ``OSError`` (``TimeoutError`` is one), ``redis.exceptions.RedisError``.
    """
    about = pool.connection_kwargs
    async with asyncio.timeout(about.get("socket_connect_timeout")):
        line = await _reach(pool.connection_class, about)
        if about.get("password"):
            user = (about["username"],) if about.get("username") else ()
            await line.send("AUTH", *user, about["password"])
        if about.get("db"):
            await line.send("SELECT", about["db"])
    return line


async def _reach(kind: type, about: Mapping[str, Any]) -> RedisLine:
    loop = asyncio.get_running_loop()
    begin = partial(RedisLine, about.get("socket_timeout"))
    if kind is UnixDomainSocketConnection:
        _, line = await loop.create_unix_connection(begin, about["path"])
        return line
    host, port = about.get("host", "localhost"), about.get("port", 6379)
    secure = _secure(about) if kind is SSLConnection else None
    _, line = await loop.create_connection(begin, host, port, ssl=secure)
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
