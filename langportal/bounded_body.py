"""Limits the size of a request's body, and the time it takes, before Django reads it.

Under ASGI, Django writes the whole body to a file before it checks its size, and waits for it
without a timeout.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import Any

from sessions_core.eager import Done, begin

from .text_responses import Send, send_text

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Application = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

TIMEOUT_SECONDS = 20


class BoundedBody:
    """Passes on at most ``limit`` + 1 bytes, enough for a view to see that a body is too large.

    A body that takes more than ``seconds`` to arrive is a 408.
    """

    def __init__(
        self, application: Application, limit: int, seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self.application = application
        self.limit = limit
        self.seconds = seconds

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = _Body(receive, self.limit + 1, self.seconds)
        await self.application(scope, body.receive, send)
        if body.late:
            text = "The request's body took too long to arrive.\n"
            await send_text(send, 408, text, (b"connection", b"close"))


class _Body:
    def __init__(self, receive: Receive, remaining: int, seconds: float) -> None:
        self._receive = receive
        self._remaining = remaining
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
        piece = message.get("body", b"")[: self._remaining]
        self._remaining -= len(piece)
        self._complete = not message.get("more_body") or not self._remaining
        return {"type": "http.request", "body": piece, "more_body": not self._complete}

    async def _in_time(self) -> Message:
        coming = self._receive()
        # Some servers return awaitables that are no coroutines.
        begun = begin(coming) if isinstance(coming, CoroutineType) else coming
        if isinstance(begun, Done):  # Usually the body has arrived, so no timer is needed.
            return begun.result
        async with asyncio.timeout_at(self._deadline):
            return await begun

    async def _disconnection(self) -> Message:
        """Waits for the message that follows the body, and drops what is left of the body."""
        while (message := await self._receive())["type"] == "http.request":
            pass
        return message
