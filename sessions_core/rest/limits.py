"""Rate limits by an exact sliding window, shared by all processes through Redis.

Never more than ``count`` units in any stretch of ``seconds``, wherever it begins. A request that is
refused is not counted, so a client that keeps knocking is let in again as soon as its oldest
request has left the window. Why this is not django-ratelimit: ``docs/decisions``.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.core.cache import caches

from ..app_settings import app_settings
from ..errors import RateLimited
from .limit_redis import RedisStore, SharedStore
from .limit_stores import Charge, ProcessStore, Usage

#: What a refused caller is told, by scope.
MESSAGES = {
    "session_start": "Too many session starts",
    "progress": "Too many progress updates",
    "session_complete": "Too many session completions",
}
_declared: dict[str, list[tuple[int, int]]] = {}


@dataclass(slots=True)
class Window:
    """One limit after a request: ``count`` units in ``seconds``, ``remaining`` of them free.

    ``reset`` is in seconds, until the count next falls; 0 where nothing is counted.
    ``wait`` is in seconds, until the request would be accepted; 0 where it was.
    """

    count: int
    seconds: int
    remaining: int
    reset: float
    wait: float = 0.0


class OverLimit(RateLimited):
    """``windows`` as they stand: the refused request is not in them."""

    def __init__(self, scope: str, windows: list[Window]) -> None:
        wait = max(window.wait for window in windows)
        super().__init__(MESSAGES.get(scope, "Too many requests"), max(1, math.ceil(wait)))
        self.windows = windows


def declare(scope: str, windows: Iterable[tuple[int, int]], message: str) -> None:
    """Give an app's own ``scope`` its defaults; ``SESSIONS_LIMITS`` still goes before them."""
    _declared[scope] = list(windows)
    MESSAGES[scope] = message


def windows_of(scope: str) -> Sequence[tuple[int, int]]:
    """``(count, seconds)`` of each limit of ``scope``: all of them hold at once."""
    for source in (app_settings.LIMITS, _declared, type(app_settings).LIMITS):
        if scope in source:
            return source[scope]
    raise LookupError(f"No limit is declared for {scope!r}")


def consume(scope: str, who: str, cost: int = 1) -> list[Window]:
    """Count ``cost`` units of ``who`` against every window of ``scope``, or raise ``OverLimit``.

    A cost of 0 only looks. A cost over a window's whole count is never accepted.
    """
    (found,) = consume_many([(scope, who, cost)])
    if any(window.wait for window in found):
        raise OverLimit(scope, found)
    return found


def consume_many(charges: Iterable[tuple[str, str, int]]) -> list[list[Window]]:
    """Many ``(scope, who, cost)`` in order and in one round trip; nothing is raised.

    A charge was refused, and left nothing counted, where one of its windows has a ``wait``. A cost
    below 0 takes back what was counted last.
    """
    prepared = prepare(charges)
    return windows(prepared, store().charge(prepared))


def prepare(charges: Iterable[tuple[str, str, int]]) -> list[Charge]:
    """What a store is asked, for whoever waits for it in another way."""
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    prepared = []
    for scope, who, cost in charges:
        if scope not in found:
            found[scope] = tuple(windows_of(scope))
        prepared.append(Charge(f"limit:{scope}:{who}", found[scope], cost))
    return prepared


def windows(prepared: Sequence[Charge], usages: Sequence[Sequence[Usage]]) -> list[list[Window]]:
    """What a store's answer says."""
    return [_windows(charge, used) for charge, used in zip(prepared, usages, strict=True)]


def _windows(charge: Charge, usages: Sequence[Usage]) -> list[Window]:
    return [
        Window(count, seconds, max(0, count - usage.used), usage.reset, usage.wait)
        for (count, seconds), usage in zip(charge.windows, usages, strict=True)
    ]


def headers(windows: Sequence[Window]) -> Mapping[str, str]:
    """``RateLimit-*`` of the tightest window, as whole seconds."""
    tightest = windows[0]
    if len(windows) > 1:
        tightest = min(windows, key=lambda w: (-w.wait, w.remaining, -w.reset))
    return {
        "RateLimit-Limit": str(tightest.count),
        "RateLimit-Remaining": str(tightest.remaining),
        "RateLimit-Reset": str(math.ceil(tightest.wait or tightest.reset)),
    }


@cache
def store() -> ProcessStore | SharedStore:
    alone = ProcessStore()
    if type(caches["default"]).__module__.startswith("django_redis"):
        return SharedStore(RedisStore(), alone)
    return alone


def forget() -> None:
    """Begin with nothing counted here, and look at the cache's settings anew: for tests."""
    store.cache_clear()
