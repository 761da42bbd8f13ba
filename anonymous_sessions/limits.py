"""Limits for each address. The setting ``SESSIONS_LIMITS`` can change the figures."""

import math

from django.http import HttpRequest

from sessions_core.errors import RateLimited
from sessions_core.rest import limits
from sessions_core.rest.address import limit_key

CREATE = "anonymous_create"
GUESS = "anonymous_guess"
TOO_MANY_CREATED = "Too many new sessions from this address"
TOO_MANY_MISSES = "Too many unknown ids and codes from this address"

limits.declare(CREATE, [(100, 3600)], TOO_MANY_CREATED)
limits.declare(GUESS, [(20, 600)], TOO_MANY_MISSES)


def count_creation(request: HttpRequest) -> None:
    """Counts a new session. Raises ``RateLimited``."""
    limits.consume(CREATE, limit_key(request))


def count_miss(request: HttpRequest) -> None:
    """Counts an unknown id or code. Raises ``RateLimited``."""
    limits.consume(GUESS, limit_key(request))


def refuse_guesser(request: HttpRequest) -> None:
    """Raises ``RateLimited`` for an address with too many unknown ids or codes.

    Only misses count, so that a class behind one address may sync as often as it likes. An address
    over the limit is refused for valid ids, too, so that the response does not reveal them.
    """
    full = [
        window.reset
        for window in limits.consume(GUESS, limit_key(request), cost=0)
        if window.remaining == 0
    ]
    if full:
        raise RateLimited(TOO_MANY_MISSES, math.ceil(max(full)) or 1)
