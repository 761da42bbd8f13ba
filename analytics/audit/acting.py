"""Who is at work, for changes that are noticed far from the request that made them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from sessions_core.rest.address import client_address


@dataclass(frozen=True, slots=True)
class AtWork:
    """``user_id`` is None for a command or a shell."""

    user_id: Any = None
    address: str = ""


_at_work: ContextVar[AtWork | None] = ContextVar("analytics_at_work", default=None)


def at_work() -> AtWork:
    return _at_work.get() or AtWork()


@contextmanager
def acting(request: HttpRequest) -> Iterator[None]:
    """What changes inside is put down to the request's user."""
    before = _at_work.set(AtWork(request.user.pk, client_address(request)))
    try:
        yield
    finally:
        _at_work.reset(before)
