"""Where the moments of counted requests are kept: in this process, or in Redis for all of them.

Either way it is, by key and window, the moments of the units accepted, oldest first.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Charge(NamedTuple):
    """``windows``: (count, seconds) of each. ``cost`` units; below 0, the newest are taken back."""

    key: str
    windows: tuple[tuple[int, int], ...]
    cost: int


class Usage(NamedTuple):
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
                for _ in range(min(-charge.cost, len(log))):
                    log.pop()
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
    if cost <= 0 or in_the_way <= 0:
        return 0.0
    if in_the_way > len(log):
        return float(seconds)  # More than the window ever holds.
    return log[in_the_way - 1] + seconds - now
