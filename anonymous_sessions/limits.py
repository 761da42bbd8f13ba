"""Limits per address; ``SESSIONS_LIMITS`` changes the figures."""

import math

from django.http import HttpRequest

from sessions_core.errors import RateLimited
from sessions_core.rest import limits
from sessions_core.rest.address import limit_key

CREATE = "anonymous_create"
GUESS = "anonymous_guess"
_TOO_MANY_MISSES = "Too many unknown ids and codes from this address"

limits.declare(CREATE, [(100, 3600)], "Too many new sessions from this address")
limits.declare(GUESS, [(20, 600)], _TOO_MANY_MISSES)


def count_creation(request: HttpRequest) -> None:
    """Raises ``RateLimited``."""
    limits.consume(CREATE, limit_key(request))


def count_miss(request: HttpRequest) -> None:
    """Raises ``RateLimited``."""
    limits.consume(GUESS, limit_key(request))


def refuse_guesser(request: HttpRequest) -> None:
    """Only misses count, so a class behind one address may sync as often as it likes.

    Raises ``RateLimited``, for a hit too: else the answer would still tell the two apart.
    """
    full = [
        window.reset
        for window in limits.consume(GUESS, limit_key(request), cost=0)
        if window.remaining == 0
    ]
    if full:
        raise RateLimited(_TOO_MANY_MISSES, math.ceil(max(full)) or 1)
