"""Handing items from any thread to one event loop, without ever waiting for it."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

# Beyond this the oldest are dropped: the loop's side notices the gap and reads the database.
LIMIT = 10_000


class LoopQueue(Generic[T]):
    """``put`` is safe in every thread; ``handle`` runs on ``loop``, once for each item."""

    def __init__(self, loop: asyncio.AbstractEventLoop, handle: Callable[[T], None]) -> None:
        self._loop = loop
        self._handle = handle
        self._items: deque[T] = deque(maxlen=LIMIT)
        self._scheduled = False

    def put(self, item: T) -> None:
        self._items.append(item)
        if self._scheduled:
            return
        self._scheduled = True
        # From elsewhere the loop has to be woken, which costs it three calls of the system.
        call = self._loop.call_soon if self._is_here() else self._loop.call_soon_threadsafe
        try:
            call(self._handle_all)
        except RuntimeError:  # The loop is closed: the server has stopped, and has no socket left.
            self._items.clear()

    def _is_here(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False

    def _handle_all(self) -> None:
        self._scheduled = False
        while self._items:
            self._handle(self._items.popleft())
