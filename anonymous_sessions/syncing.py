"""Moving a browser to a session it names."""

from uuid import UUID

from django.http import HttpRequest

from .access import Held, current_or_none, find, user_id_of
from .merge import merge


def sync(request: HttpRequest, session_id: UUID) -> Held:
    """The named session, with what the browser's own session counted merged into it.

    Raises ``UnknownSession``.
    """
    target = find(session_id, user_id_of(request))
    own = current_or_none(request)
    if own is None:
        return target
    return Held(session_id, merge(own.session, target.session))
