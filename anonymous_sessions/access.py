"""Looks up sessions by id; no other module does."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from sessions_core import clock

from . import cookies, expiry, identity
from .app_settings import app_settings
from .errors import InvalidSessionId, UnknownSession
from .models import AnonymousSession


@dataclass(frozen=True, slots=True)
class SessionHandle:
    """A session together with the id that its visitor uses, which the session does not store."""

    id: UUID
    session: AnonymousSession


def user_id_of(request: HttpRequest) -> int | None:
    user = getattr(request, "user", None)
    return user.pk if user is not None and user.is_authenticated else None


def find(session_id: UUID, user_id: int | None) -> SessionHandle:
    """Returns the live session of ``session_id``, and an adopted one only to its account.

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
    return SessionHandle(session_id, session)


def admits_guests(path: str) -> bool:
    """Returns whether an anonymous session may act as a learner at ``path``."""
    return path.startswith(tuple(app_settings.GUEST_PATHS))


def guests_of(session_ids: Sequence[UUID]) -> list[UUID | None]:
    """Returns, with one query, each session's ``guest``, the id that other records refer to.

    It is ``None`` for an id without a live session, or of an account's session.
    """
    digests = {each: identity.id_digests(each) for each in set(session_ids)}
    wanted = [digest for several in digests.values() for digest in several]
    rows = AnonymousSession.objects.select_related("merged_into").filter(digest__in=wanted)
    now = clock.now()
    roots = {row.digest: row.root() for row in rows}
    guests = {
        digest: root.guest
        for digest, root in roots.items()
        if root.user_id is None and expiry.is_live(root, now)
    }
    return [
        next((guests[digest] for digest in digests[each] if digest in guests), None)
        for each in session_ids
    ]


def current(request: HttpRequest) -> SessionHandle:
    """Returns the cookie's session. Raises ``UnknownSession``, ``InvalidSessionId``."""
    session_id = cookies.read(request)
    if session_id is None:
        raise UnknownSession
    return find(session_id, user_id_of(request))


def current_or_none(request: HttpRequest) -> SessionHandle | None:
    try:
        return current(request)
    except (UnknownSession, InvalidSessionId):
        return None
