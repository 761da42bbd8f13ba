"""Work of the event loop that has to wait for the database by Django's own connections."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

T = TypeVar("T")

# One thread: on SQLite there is one writer at a time, and elsewhere little is left to it.
_thread = ThreadPoolExecutor(1, "fast-path")


async def in_thread(call: Callable[..., T], *args: object) -> T:
    """The result of ``call``, which keeps no connection once it has returned."""
    return await asyncio.get_running_loop().run_in_executor(_thread, _call, call, args)


def _call(call: Callable[..., T], args: tuple[object, ...]) -> T:
    try:
        return call(*args)
    finally:
        connections.close_all()
