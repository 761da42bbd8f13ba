"""Is a service there? They are answered within ``PATIENCE`` seconds, hung or not."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import cache
from threading import BoundedSemaphore, Thread

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

PATIENCE = 1.5
OK = "ok"
UNREACHABLE = "unreachable"
NOT_CONFIGURED = "not configured"

# A stopped (not killed) server leaves a probe hanging in its socket. Few at a time, so that asking
# again and again cannot pile them up: with all of them hanging, the answer is "unreachable" too.
_free = BoundedSemaphore(8)


def database() -> str:
    """Whether the database answers a query."""
    try:
        with connection.temporary_connection() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except (DatabaseError, InterfaceError):
        return UNREACHABLE
    return OK


@cache
def _client(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)


def cache_server() -> str:
    """Whether Redis answers; the product serves without it, so its loss only degrades."""
    if not settings.REDIS_URL:
        return NOT_CONFIGURED
    try:
        _client(settings.REDIS_URL).ping()
    except redis.RedisError:
        return UNREACHABLE
    return OK


def ask(**probes: Callable[[], str]) -> dict[str, str]:
    """The answers of the probes, asked side by side, within ``PATIENCE`` seconds in all."""
    asked = {name: _begin(probe) for name, probe in probes.items()}
    answered, _ = wait(asked.values(), timeout=PATIENCE)
    return {
        name: future.result() if future in answered else UNREACHABLE
        for name, future in asked.items()
    }


def _begin(probe: Callable[[], str]) -> Future[str]:
    """Run ``probe`` in a daemon thread: a pool's would hold up the end of the process."""
    future: Future[str] = Future()
    if not _free.acquire(blocking=False):
        future.set_result(UNREACHABLE)
        return future

    def run() -> None:
        try:
            future.set_result(probe())
        finally:
            _free.release()

    Thread(target=run, name="ready", daemon=True).start()
    return future
