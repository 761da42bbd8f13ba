"""Django behind ASGI in threads that stay.

Django's own handler makes a thread for every request, and changes to it and back at every
middleware: about a millisecond of processor time, more than most requests need for themselves.
Here a request is taken from its first middleware to its last in one thread of a pool, as a WSGI
server would.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from typing import IO, Any

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import FileResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# More than the connections to the database: a request that waits for one, or for somebody's lock,
# should not keep a request out that needs none. They are made as they are needed.
THREADS = 64
# Seconds that a request waits for a thread before it is turned away.
PATIENCE = 2.0


class ThreadedDjango(ASGIHandler):
    """Synchronous views and middleware only gain by it; asynchronous ones are bridged by Django."""

    def __init__(self, threads: int = THREADS, patience: float = PATIENCE) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(threads, "django")
        self._free = asyncio.Semaphore(threads)
        self._patience = patience

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        if not await self._may_go():
            await _turn_away(send)
            return
        loop = asyncio.get_running_loop()
        try:
            here = copy_context()  # As asyncio.to_thread does it.
            response = await loop.run_in_executor(
                self._threads, here.run, self._respond, scope, body
            )
        finally:
            self._free.release()
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = self._parts(iter(response))
        await self.send_response(response, send)
        if response.streaming:
            await loop.run_in_executor(self._threads, response.close)

    async def read_body(self, receive: Receive) -> IO[bytes]:
        """In memory, since ``BoundedBody`` lets no long one through. Raises ``RequestAborted``."""
        body = BytesIO()
        while (message := await receive())["type"] == "http.request":
            body.write(message.get("body", b""))
            if not message.get("more_body"):
                body.seek(0)
                return body
        raise RequestAborted

    async def _may_go(self) -> bool:
        """Whether a thread became free in time; it is then taken."""
        if not self._free.locked():
            return await self._free.acquire()
        try:
            async with asyncio.timeout(self._patience):
                return await self._free.acquire()
        except TimeoutError:
            return False

    def _respond(self, scope: Message, body: IO[bytes]) -> HttpResponseBase:
        """Closed already, and with it the request, unless its content is still to come."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response = self.get_response(request) if request else refusal or HttpResponseBadRequest()
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if not response.streaming:
            response.close()
        return response

    async def _parts(self, content: Iterator[bytes]) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        while (part := await loop.run_in_executor(self._threads, next, content, None)) is not None:
            yield part


async def _turn_away(send: Send) -> None:
    text = b"All threads are busy. Try again soon.\n"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(text)).encode()),
        (b"retry-after", b"1"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": text})
