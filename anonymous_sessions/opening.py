"""Opens a browser's session: by its cookie, by the client's copy of the id, or a new one."""

from uuid import UUID

from django.http import HttpRequest

from sessions_core import clock

from . import identity
from .access import SessionHandle, current_or_none, find, user_id_of
from .errors import UnknownSession
from .models import AnonymousSession


def remembered(request: HttpRequest, client_id: UUID | None) -> SessionHandle | None:
    """Returns the session of the cookie, or else of the client's copy of the id.

    An unknown id is ignored and never used for a new session, to prevent session fixation.
    """
    handle = current_or_none(request)
    if handle is not None or client_id is None:
        return handle
    try:
        return find(client_id, user_id_of(request))
    except UnknownSession:
        return None


def create(user_id: int | None = None) -> SessionHandle:
    """Creates a session; it belongs to the account of a user who is signed in."""
    session_id = identity.new_id()
    now = clock.now()
    session = AnonymousSession.objects.create(
        digest=identity.id_digest(session_id), user_id=user_id, created_at=now, last_active=now
    )
    return SessionHandle(session_id, session)
