"""An answer that is there as a whole leaves as a whole.

Its head and its body are two messages of ASGI, and uvicorn sends each by itself: two calls of the
system, and two packets for the client to wake up for. It also checks every header of every answer
anew, where nearly all of them are the same each time. Here the head waits for the body, as ASGI has
it ("must not start sending the response until it has received at least one Response Body event"),
and headers that have been sent are known. Whatever is not plain is left to uvicorn.

Who knows the whole of its answer can have it made ready before it may leave, and write it in the
moment in which it may, from wherever that is noticed (``sessions_core.fastlane.replies``).
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)
from uvicorn.protocols.utils import get_client_addr, get_path_with_query_string

Message = dict[str, Any]

# They say how the body comes, or what becomes of the connection.
_UVICORNS = {b"connection", b"transfer-encoding"}


class WholeAnswer:
    """In place of the ``send`` of ``cycle``."""

    __slots__ = ("_cycle", "_start", "_usual")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._usual: Callable[[Any], Awaitable[None]] = cycle.send
        self._start: Message | None = None

    def take_over(self) -> None:
        vars(self._cycle)["send"] = self

    def _let_go(self) -> None:
        """Else the two would hold each other, until the collector comes by."""
        vars(self._cycle).pop("send", None)

    async def __call__(self, message: Message) -> None:
        """ASGI's ``send``."""
        if message["type"] == "http.response.start" and not self._cycle.response_started:
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None:
            answer = None if message.get("more_body") else self.whole(start, message)
            if answer is not None and self.write_whole(start["status"], answer):
                return
            await self._usual(start)
        await self._usual(message)
        if self._cycle.response_complete:
            self._let_go()

    def whole(self, start: Message, message: Message) -> bytes | None:
        """The answer of these two messages as it is sent; None where uvicorn has to look at it."""
        cycle = self._cycle
        if cycle.scope["method"] == "HEAD" or message["type"] != "http.response.body":
            return None
        headers = start.get("headers", ())
        if any(map(_is_secret, [name for name, _ in headers])):
            return None  # Nothing here should remember its value.
        lines = [_line(name, value) for name, value in headers]
        body = message.get("body", b"")
        length = b"content-length: %d\r\n" % len(body)
        if None in lines or length not in lines:
            return None
        usual = [b"%b: %b\r\n" % header for header in cycle.default_headers]
        return b"".join([STATUS_LINE[start["status"]], *usual, *lines, b"\r\n", body])  # type: ignore[list-item]

    def write_whole(self, status: int, answer: bytes) -> bool:
        """Send it now, and end it as uvicorn does. False where that is uvicorn's: nothing is sent,
        the client is gone, reads slowly, or is to hear that the connection ends.
        """
        cycle = self._cycle
        if self._start is not None or cycle.response_started or cycle.disconnected:
            return False
        if cycle.flow.write_paused or not cycle.keep_alive:
            return False
        self._let_go()
        if cycle.access_log:
            cycle.access_logger.info(
                '%s - "%s %s HTTP/%s" %d',
                get_client_addr(cycle.scope),
                cycle.scope["method"],
                get_path_with_query_string(cycle.scope),
                cycle.scope["http_version"],
                status,
            )
        cycle.waiting_for_100_continue = False
        cycle.response_started = cycle.response_complete = True
        cycle.transport.write(answer)
        cycle.message_event.set()
        cycle.on_response()
        return True


@lru_cache(256)
def _is_secret(name: bytes) -> bool:
    return name.lower() == b"set-cookie"


@lru_cache(4096)
def _line(name: bytes, value: bytes) -> bytes | None:
    """The header as it is sent; None for one that is not plain."""
    lower = name.lower()
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value) or lower in _UVICORNS:
        return None
    return b"%b: %b\r\n" % (lower, value)
