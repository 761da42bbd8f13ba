"""Runs Django behind ASGI in a pool of threads.

Django's own handler creates a thread for every request, and switches to it and back at every
middleware. That costs about a millisecond of processor time, more than most views need. Here one
thread of a pool runs the whole request, as under a WSGI server.
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

from .text_responses import Send, send_text

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

# The pool has more threads than the database has connections, so that requests that wait for a
# connection or a lock do not block those that need none. Threads are created on demand.
THREADS = 64
# Seconds that a request waits for a thread before it gets a 503.
THREAD_TIMEOUT_SECONDS = 2.0


class ThreadedDjango(ASGIHandler):
    """For synchronous views and middleware; Django adapts asynchronous ones."""

    def __init__(
        self, threads: int = THREADS, thread_timeout: float = THREAD_TIMEOUT_SECONDS
    ) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(threads, "django")
        self._free = asyncio.Semaphore(threads)
        self._thread_timeout = thread_timeout

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        if not await self._acquire_thread():
            text = "All threads are busy. Try again soon.\n"
            await send_text(send, 503, text, (b"retry-after", b"1"))
            return
        loop = asyncio.get_running_loop()
        try:
            here = copy_context()  # asyncio.to_thread does the same.
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
        """Reads the body into memory; ``BoundedBody`` limits it. Raises ``RequestAborted``."""
        body = BytesIO()
        while (message := await receive())["type"] == "http.request":
            body.write(message.get("body", b""))
            if not message.get("more_body"):
                body.seek(0)
                return body
        raise RequestAborted

    async def _acquire_thread(self) -> bool:
        """Reserves a thread; returns whether one became free in time."""
        if not self._free.locked():
            return await self._free.acquire()
        try:
            async with asyncio.timeout(self._thread_timeout):
                return await self._free.acquire()
        except TimeoutError:
            return False

    def _respond(self, scope: Message, body: IO[bytes]) -> HttpResponseBase:
        """Runs the request. The response is closed already unless it is streaming."""
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
