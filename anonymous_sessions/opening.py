"""A browser asks for its session: the one it has, the one it remembers, or a new one."""

from uuid import UUID

from django.http import HttpRequest

from sessions_core import clock

from . import identity
from .access import Held, current_or_none, find, user_id_of
from .errors import UnknownSession
from .models import AnonymousSession


def remembered(request: HttpRequest, client_id: UUID | None) -> Held | None:
    """The cookie's session; without one, that of the client's own copy of the id.

    A cookie or copy that names nothing known counts for nothing, so a planted id is never taken.
    """
    held = current_or_none(request)
    if held is not None or client_id is None:
        return held
    try:
        return find(client_id, user_id_of(request))
    except UnknownSession:
        return None


def create(user_id: int | None = None) -> Held:
    """A new session. Made while signed in, it is the account's from the start."""
    session_id = identity.new_id()
    now = clock.now()
    session = AnonymousSession.objects.create(
        digest=identity.id_digest(session_id), user_id=user_id, created_at=now, last_active=now
    )
    return Held(session_id, session)
