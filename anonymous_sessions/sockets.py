"""Learners without an account at a socket: the ``SESSIONS_GUEST_SIGN_IN`` of ``sessions_core``."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from .access import guests_of
from .app_settings import app_settings
from .errors import InvalidSessionId
from .identity import parse


class CookieGuests:
    """The cookie of an anonymous session, under ``ANONYMOUS_SESSIONS_GUEST_PATHS`` alone.

    Whoever serves the sockets sees to it that the request comes from an allowed origin.
    """

    def cookie(self, path: str, cookies: Mapping[str, str]) -> str | None:
        if not path.startswith(tuple(app_settings.GUEST_PATHS)):
            return None
        return cookies.get(app_settings.COOKIE_NAME)

    def guests(self, cookies: Sequence[str]) -> list[UUID | None]:
        ids = [_id(cookie) for cookie in cookies]
        found = iter(guests_of([each for each in ids if each is not None]))
        return [None if each is None else next(found) for each in ids]


def _id(cookie: str) -> UUID | None:
    try:
        return parse(cookie)
    except InvalidSessionId:
        return None
