"""Visitors without an account at a socket. ``SESSIONS_GUEST_SIGN_IN`` names who knows them."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from ..app_settings import app_settings


class GuestSignIn(Protocol):
    def cookie(self, path: str, cookies: Mapping[str, str]) -> str | None:
        """The one of a socket's ``cookies`` that may sign a visitor in at ``path``. No query."""
        ...

    def guests(self, cookies: Sequence[str]) -> list[UUID | None]:
        """Whom each of these cookies stands for now, as ``Session.guest`` names them.

        Asked when a socket opens and every few seconds for all that are open: one query for all.
        """
        ...


class NoGuests:
    """Nobody gets in without an account."""

    def cookie(self, path: str, cookies: Mapping[str, str]) -> str | None:
        return None

    def guests(self, cookies: Sequence[str]) -> list[UUID | None]:
        return [None] * len(cookies)


def sign_in() -> GuestSignIn:
    return app_settings.load("GUEST_SIGN_IN")()
