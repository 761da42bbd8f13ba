"""Handing things from any thread to one event loop, without ever waiting for it."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# Beyond this the oldest are dropped: receivers notice the gap and read the database.
LIMIT = 10_000


class Mailbox(Generic[T]):
    """``put`` is safe in every thread; ``take`` runs on ``loop``, once for each thing."""

    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[T], None]) -> None:
        self._loop = loop
        self._take = take
        self._things: deque[T] = deque(maxlen=LIMIT)
        self._woken = False

    def put(self, thing: T) -> None:
        self._things.append(thing)
        if self._woken:
            return
        self._woken = True
        # From elsewhere the loop has to be woken, which costs it three calls of the system.
        call = self._loop.call_soon if self._is_here() else self._loop.call_soon_threadsafe
        try:
            call(self._empty)
        except RuntimeError:  # the loop is closed: the server has stopped, nobody is watching
            self._things.clear()

    def _is_here(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    def _empty(self) -> None:
        self._woken = False
        while self._things:
            self._take(self._things.popleft())
