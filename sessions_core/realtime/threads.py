"""Database work of the sockets: a few threads, and no connection kept between two calls."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="realtime")


def _call(call: Callable[..., T], args: tuple[Any, ...]) -> T:
    try:
        return call(*args)
    finally:
        connections.close_all()


async def in_thread(call: Callable[..., T], *args: Any) -> T:
    """The result of ``call(*args)``, run where blocking is allowed."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _call, call, args)
