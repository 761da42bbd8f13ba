"""Bounds on a request's body before Django sees it: how much is taken in, and for how long.

Under ASGI, Django writes the whole body to a file before it looks at it, however long it is and
however slowly it comes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import Any

from sessions_core.realtime.eager import Done, begin

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

SECONDS = 20


class BoundedBody:
    """Hands on at most ``limit`` + 1 bytes, enough to see that a body is too large and to say so in
    the surface's own words. A body that takes over ``seconds`` to come is a 408.
    """

    def __init__(self, application: Application, limit: int, seconds: float = SECONDS) -> None:
        self.application = application
        self.limit = limit
        self.seconds = seconds

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = _Body(receive, self.limit + 1, self.seconds)
        await self.application(scope, body.receive, send)
        if body.late:
            await _answer_late(send)


class _Body:
    def __init__(self, receive: Receive, room: int, seconds: float) -> None:
        self._receive = receive
        self._room = room
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._complete = False
        self.late = False

    async def receive(self) -> Message:
        if self._complete:
            return await self._disconnection()
        try:
            message = await self._in_time()
        except TimeoutError:
            self._complete = self.late = True
            return {"type": "http.disconnect"}
        if message["type"] != "http.request":
            return message
        piece = message.get("body", b"")[: self._room]
        self._room -= len(piece)
        self._complete = not message.get("more_body") or not self._room
        return {"type": "http.request", "body": piece, "more_body": not self._complete}

    async def _in_time(self) -> Message:
        coming = self._receive()
        # A server may have awaitables of its own.
        begun = begin(coming) if isinstance(coming, CoroutineType) else coming
        if isinstance(begun, Done):  # As a rule it is there, and no clock need be set.
            return begun.result
        async with asyncio.timeout_at(self._deadline):
            return await begun

    async def _disconnection(self) -> Message:
        """What may come after the body; the rest of one that was too large is dropped."""
        while (message := await self._receive())["type"] == "http.request":
            pass
        return message


async def _answer_late(send: Send) -> None:
    text = b"The request's body took too long to arrive.\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 408, "headers": headers})
    await send({"type": "http.response.body", "body": text})
