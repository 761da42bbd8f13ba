"""Sign-in of visitors at the learning sockets, for the setting ``SESSIONS_GUEST_SIGN_IN``."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from .access import admits_guests, guests_of
from .app_settings import app_settings
from .errors import InvalidSessionId
from .identity import parse


class CookieGuests:
    """Accepts the cookie only under the paths ``ANONYMOUS_SESSIONS_GUEST_PATHS``.

    The host's socket application must refuse requests from other origins.
    """

    def cookie(self, path: str, cookies: Mapping[str, str]) -> str | None:
        if not admits_guests(path):
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
