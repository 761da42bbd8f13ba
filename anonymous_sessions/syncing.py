"""Moves a browser to the session that it names."""

from uuid import UUID

from django.http import HttpRequest

from .access import SessionHandle, current_or_none, find, user_id_of
from .merge import merge


def sync(request: HttpRequest, session_id: UUID) -> SessionHandle:
    """Merges the browser's own session into the named one, and returns that.

    Raises ``UnknownSession``.
    """
    target = find(session_id, user_id_of(request))
    own = current_or_none(request)
    if own is None:
        return target
    return SessionHandle(session_id, merge(own.session, target.session))
