"""Counting in Redis, and what happens while it does not answer."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from django.core.cache import caches
from redis.exceptions import RedisError

from .limit_stores import Charge, ProcessStore, Usage

logger = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_name("sliding_window.lua").read_text()


def asked(prefix: str, charges: Sequence[Charge]) -> tuple[list[str], list[int]]:
    """Keys and arguments of the script."""
    keys: list[str] = []
    args: list[int] = []
    for charge in charges:
        args += (len(charge.windows), charge.cost)
        for count, seconds in charge.windows:
            keys.append(f"{prefix}{charge.key}:{seconds}")
            args += (count, seconds)
    return keys, args


def usages(charges: Sequence[Charge], answer: Iterable[int]) -> list[list[Usage]]:
    """What the script answered."""
    figures = iter(answer)
    return [
        [Usage(next(figures), next(figures) / 1e6, next(figures) / 1e6) for _ in charge.windows]
        for charge in charges
    ]


def is_refused(answer: Sequence[int]) -> bool:
    """Whether one of the charges is refused: of the three figures for each window, its wait."""
    return any(answer[2::3])


class RedisStore:
    """In the Redis of Django's cache, by its clock: one script, one round trip."""

    def __init__(self, alias: str = "default") -> None:
        from django_redis import get_redis_connection  # Only a project with this cache has it.

        self.client = get_redis_connection(alias)
        self.prefix = f"{caches[alias].key_prefix}:"
        self._script = self.client.register_script(SCRIPT)

    def charge(self, charges: Sequence[Charge]) -> list[list[Usage]]:
        """Raises ``RedisError``."""
        return usages(charges, self._script(*asked(self.prefix, charges)))


class SharedStore:
    """Redis while it answers; this process alone while it does not.

    After a failure nobody asks Redis for ``PAUSE_SECONDS``, and then one caller does: a Redis that
    hangs costs one socket timeout in that time, not one a request.
    """

    PAUSE_SECONDS = 5.0
    COMPLAIN_SECONDS = 60.0

    def __init__(self, shared: RedisStore, alone: ProcessStore) -> None:
        self.shared = shared
        self.alone = alone
        self._lock = threading.Lock()
        self._retry_at = 0.0
        self._complain_at = 0.0

    def charge(self, charges: Sequence[Charge]) -> list[list[Usage]]:
        if self.may_ask():
            try:
                found = self.shared.charge(charges)
            except (RedisError, OSError) as error:
                self.failed(error)
            else:
                self.answered()
                return found
        return self.alone.charge(charges)

    def may_ask(self) -> bool:
        """Whether Redis is worth a try; then tell how it went."""
        if not self._retry_at:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._retry_at:
                return False
            self._retry_at = now + self.PAUSE_SECONDS
            return True

    def answered(self) -> None:
        self._retry_at = 0.0

    def failed(self, error: Exception) -> None:
        now = time.monotonic()
        with self._lock:
            self._retry_at = now + self.PAUSE_SECONDS
            complain = now >= self._complain_at
            if complain:
                self._complain_at = now + self.COMPLAIN_SECONDS
        if complain:
            logger.warning("Redis does not answer; limits count in this process alone: %s", error)
