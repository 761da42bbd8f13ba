"""The user of the current request, for signal receivers, which do not get the request."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from sessions_core.rest.address import client_address


@dataclass(frozen=True, slots=True)
class ActingUser:
    """``user_id`` is None if the change comes from a command or a shell."""

    user_id: Any = None
    address: str = ""


_acting_user: ContextVar[ActingUser | None] = ContextVar("analytics_at_work", default=None)


def acting_user() -> ActingUser:
    return _acting_user.get() or ActingUser()


@contextmanager
def attribute_changes_to(request: HttpRequest) -> Iterator[None]:
    """The audit attributes changes within the ``with`` block to the request's user."""
    before = _acting_user.set(ActingUser(request.user.pk, client_address(request)))
    try:
        yield
    finally:
        _acting_user.reset(before)
