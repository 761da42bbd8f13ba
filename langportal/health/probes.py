"""Probes of the services that the product needs. A hanging service counts as unreachable."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import cache
from threading import BoundedSemaphore, Thread

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

TIMEOUT_SECONDS = 1.5
OK = "ok"
UNREACHABLE = "unreachable"
NOT_CONFIGURED = "not configured"

# A probe of a stopped (not killed) server hangs in its socket. At most eight threads may hang, so
# that repeated probes cannot pile up; further probes are answered "unreachable" at once.
_slots = BoundedSemaphore(8)


def database() -> str:
    """Returns whether the database answers a query."""
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
    """Returns whether Redis answers. The product also works without it."""
    if not settings.REDIS_URL:
        return NOT_CONFIGURED
    try:
        _client(settings.REDIS_URL).ping()
    except redis.RedisError:
        return UNREACHABLE
    return OK


def run(**probes: Callable[[], str]) -> dict[str, str]:
    """Runs the probes in parallel; returns their results within ``TIMEOUT_SECONDS``."""
    futures = {name: _begin(probe) for name, probe in probes.items()}
    answered, _ = wait(futures.values(), timeout=TIMEOUT_SECONDS)
    return {
        name: future.result() if future in answered else UNREACHABLE
        for name, future in futures.items()
    }


def _begin(probe: Callable[[], str]) -> Future[str]:
    """Runs ``probe`` in a daemon thread, because a pool's threads delay the process's exit."""
    future: Future[str] = Future()
    if not _slots.acquire(blocking=False):
        future.set_result(UNREACHABLE)
        return future

    def run() -> None:
        try:
            future.set_result(probe())
        finally:
            _slots.release()

    Thread(target=run, name="ready", daemon=True).start()
    return future
