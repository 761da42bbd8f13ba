"""Where the moments of counted requests are kept: in Redis for all processes, else in this one.

Both keep, by key and window, the moments of the units accepted, oldest first.
"""

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.cache import caches
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Charge:
    key: str
    windows: tuple[tuple[int, int], ...]
    cost: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Units in the window, seconds until the oldest leaves it, seconds until the cost would fit."""

    used: int
    reset: float
    wait: float


class ProcessStore:
    """In this process's memory. Keys that have counted nothing for a whole window are let go."""

    MAX_KEYS = 100_000
    SWEEP_SECONDS = 30

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._moments: OrderedDict[tuple[str, int], deque[float]] = OrderedDict()
        self._next_sweep = clock()

    def charge(self, charges: Sequence[Charge]) -> list[list[Usage]]:
        with self._lock:
            now = self._clock()
            if now >= self._next_sweep:
                self._sweep(now)
            return [self._charge_one(charge, now) for charge in charges]

    def _charge_one(self, charge: Charge, now: float) -> list[Usage]:
        logs = [self._log(charge.key, seconds, now) for _, seconds in charge.windows]
        waits = [
            _wait(log, count, seconds, charge.cost, now)
            for log, (count, seconds) in zip(logs, charge.windows, strict=True)
        ]
        if not any(waits):
            for log in logs:
                log.extend([now] * charge.cost)
        return [
            Usage(len(log), log[0] + seconds - now if log else 0.0, wait)
            for log, wait, (_, seconds) in zip(logs, waits, charge.windows, strict=True)
        ]

    def _log(self, key: str, seconds: int, now: float) -> deque[float]:
        log = self._moments.setdefault((key, seconds), deque())
        self._moments.move_to_end((key, seconds))
        while log and log[0] <= now - seconds:
            log.popleft()
        return log

    def _sweep(self, now: float) -> None:
        """Drop the idle keys and, over the bound, those unused for longest."""
        self._next_sweep = now + self.SWEEP_SECONDS
        idle = [key for key, log in self._moments.items() if not log or log[-1] <= now - key[1]]
        for key in idle:
            del self._moments[key]
        while len(self._moments) > self.MAX_KEYS:
            self._moments.popitem(last=False)


def _wait(log: Sequence[float], count: int, seconds: int, cost: int, now: float) -> float:
    """Seconds until ``cost`` more fit: as many of the oldest as are in the way must leave."""
    in_the_way = len(log) + cost - count
    if cost == 0 or in_the_way <= 0:
        return 0.0
    if in_the_way > len(log):
        return float(seconds)  # More than the window ever holds.
    return log[in_the_way - 1] + seconds - now


# KEYS: one list of microseconds for each window of each charge.
# ARGV: for each charge its number of windows and its cost, then count and seconds of each window.
# Answers used, reset and wait of each window, in microseconds.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answer, key, arg = {}, 1, 1
while arg <= #ARGV do
  local windows, cost = tonumber(ARGV[arg]), tonumber(ARGV[arg + 1])
  arg = arg + 2
  local first, waits, refused = key, {}, false
  for i = 1, windows do
    local count, length = tonumber(ARGV[arg]), ARGV[arg + 1] * 1000000
    local log = KEYS[key]
    local oldest = redis.call('LINDEX', log, 0)
    while oldest and tonumber(oldest) <= now - length do
      redis.call('LPOP', log)
      oldest = redis.call('LINDEX', log, 0)
    end
    local used = redis.call('LLEN', log)
    local wait, excess = 0, used + cost - count
    if cost > 0 and excess > used then
      wait = length
    elseif cost > 0 and excess > 0 then
      wait = redis.call('LINDEX', log, excess - 1) + length - now
    end
    refused = refused or wait > 0
    waits[i] = {wait, length, used, oldest}
    key, arg = key + 1, arg + 2
  end
  for i = 1, windows do
    local wait, length, used, oldest = unpack(waits[i], 1, 4)
    local log = KEYS[first + i - 1]
    if cost > 0 and not refused then
      for _ = 1, cost do redis.call('RPUSH', log, string.format('%.0f', now)) end
      redis.call('PEXPIRE', log, length / 1000)
      used, oldest = used + cost, oldest or now
    end
    table.insert(answer, used)
    table.insert(answer, oldest and oldest + length - now or 0)
    table.insert(answer, wait)
  end
end
return answer
"""


class RedisStore:
    """In the Redis of Django's cache, by its clock: one script, one round trip."""

    def __init__(self, alias: str = "default") -> None:
        from django_redis import get_redis_connection  # Only a project with this cache has it.

        self._script = get_redis_connection(alias).register_script(_SCRIPT)
        self._prefix = f"{caches[alias].key_prefix}:"

    def charge(self, charges: Sequence[Charge]) -> list[list[Usage]]:
        """Raises ``RedisError``."""
        keys: list[str] = []
        args: list[int] = []
        for charge in charges:
            args += (len(charge.windows), charge.cost)
            for count, seconds in charge.windows:
                keys.append(f"{self._prefix}{charge.key}:{seconds}")
                args += (count, seconds)
        figures = iter(self._script(keys, args))
        return [
            [Usage(next(figures), next(figures) / 1e6, next(figures) / 1e6) for _ in charge.windows]
            for charge in charges
        ]


class SharedStore:
    """Redis while it answers; this process alone while it does not.

    After a failure nobody asks Redis for ``PAUSE_SECONDS``, and then one caller does: a Redis that
    hangs costs one socket timeout in that time, not one a request.
    """

    PAUSE_SECONDS = 5.0
    COMPLAIN_SECONDS = 60.0

    def __init__(self, shared: RedisStore, alone: ProcessStore) -> None:
        self._shared = shared
        self._alone = alone
        self._lock = threading.Lock()
        self._retry_at = 0.0
        self._complain_at = 0.0

    def charge(self, charges: Sequence[Charge]) -> list[list[Usage]]:
        if self._may_ask():
            try:
                usages = self._shared.charge(charges)
            except (RedisError, OSError) as error:
                self._failed(error)
            else:
                self._retry_at = 0.0
                return usages
        return self._alone.charge(charges)

    def _may_ask(self) -> bool:
        if not self._retry_at:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._retry_at:
                return False
            self._retry_at = now + self.PAUSE_SECONDS
            return True

    def _failed(self, error: Exception) -> None:
        now = time.monotonic()
        with self._lock:
            self._retry_at = now + self.PAUSE_SECONDS
            complain = now >= self._complain_at
            if complain:
                self._complain_at = now + self.COMPLAIN_SECONDS
        if complain:
            logger.warning("Redis does not answer; limits count in this process alone: %s", error)


_store: ProcessStore | SharedStore | None = None
_store_lock = threading.Lock()


def charge(charges: Sequence[Charge]) -> list[list[Usage]]:
    """Usage of every window of every charge, after it was counted or refused."""
    return _current().charge(charges)


def _current() -> ProcessStore | SharedStore:
    global _store
    if _store is None:
        with _store_lock:
            if _store is None:
                _store = _build()
    return _store


def _build() -> ProcessStore | SharedStore:
    alone = ProcessStore()
    if type(caches["default"]).__module__.startswith("django_redis"):
        return SharedStore(RedisStore(), alone)
    return alone


def forget() -> None:
    """Build the store anew: for tests, which also change the cache under it."""
    global _store
    _store = None
