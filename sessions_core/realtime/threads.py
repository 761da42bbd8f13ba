"""Blocking work of the sockets: a few threads, and no connection kept between two calls."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")


class Threads:
    """A pool of ``count`` threads. It begins a thread only when there is work for it."""

    def __init__(self, count: int, name: str) -> None:
        self._executor = ThreadPoolExecutor(count, name)

    async def run(self, call: Callable[..., T], *args: object) -> T:
        """The result of ``call(*args)``, run where blocking is allowed."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, _call, call, args)


def _call(call: Callable[..., T], args: tuple[object, ...]) -> T:
    try:
        return call(*args)
    finally:
        connections.close_all()


in_thread = Threads(4, "realtime").run
