"""The only way from an id to a session."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from sessions_core import clock

from . import cookies, expiry, identity
from .errors import InvalidSessionId, UnknownSession
from .models import AnonymousSession


@dataclass(frozen=True, slots=True)
class Held:
    """A session and the id by which its visitor holds it; the session itself knows no id."""

    id: UUID
    session: AnonymousSession


def user_id_of(request: HttpRequest) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def find(session_id: UUID, user_id: int | None) -> Held:
    """The live session of ``session_id``. One that an account adopted answers to it alone.

    Raises ``UnknownSession``.
    """
    row = (
        AnonymousSession.objects.select_related("merged_into")
        .filter(digest__in=identity.id_digests(session_id))
        .first()
    )
    session = row and row.root()
    if session is None or session.user_id not in (None, user_id):
        raise UnknownSession
    now = clock.now()
    if not expiry.is_live(session, now):
        raise UnknownSession
    expiry.touch(session, now)
    return Held(session_id, session)


def current(request: HttpRequest) -> Held:
    """The session of the browser's cookie. Raises ``UnknownSession``, ``InvalidSessionId``."""
    session_id = cookies.read(request)
    if session_id is None:
        raise UnknownSession
    return find(session_id, user_id_of(request))


def current_or_none(request: HttpRequest) -> Held | None:
    try:
        return current(request)
    except (UnknownSession, InvalidSessionId):
        return None
