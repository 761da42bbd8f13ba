"""The only way from an id to a session."""

from collections.abc import Sequence
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


def guests_of(session_ids: Sequence[UUID]) -> list[UUID | None]:
    """The visitor behind each id, as other records name them: one query for all.

    ``None`` for an id that leads to no live session, or to an account's.
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
