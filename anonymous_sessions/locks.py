"""Row locks on sessions, always roots and in the order of their keys, so that none wait in a ring.

``no_key`` leaves the inserts of rows that point at the session free.
"""

from .errors import UnknownSession
from .models import AnonymousSession


def lock_roots(*keys: int) -> list[AnonymousSession]:
    """The sessions that ``keys`` lead to, locked until the transaction ends, in the order asked.

    Two keys may lead to one session. Raises ``UnknownSession``.
    """
    while True:
        sessions = AnonymousSession.objects.in_bulk(keys)
        if len(sessions) < len(set(keys)):
            raise UnknownSession
        wanted = [sessions[key].merged_into_id or key for key in keys]
        locked = {
            row.pk: row
            for row in AnonymousSession.objects.select_for_update(no_key=True)
            .filter(pk__in=wanted, merged_into=None)
            .order_by("pk")
        }
        # One that was merged or removed between the two reads is looked up again.
        if all(key in locked for key in wanted):
            return [locked[key] for key in wanted]


def lock_held(*sessions: AnonymousSession) -> list[AnonymousSession]:
    """The same for sessions that the caller was let into.

    Raises ``UnknownSession`` where one came to an account meanwhile, or left it: whoever was let
    into a visitor's session has no say in an account's.
    """
    roots = lock_roots(*(session.pk for session in sessions))
    if any(root.user_id != session.user_id for root, session in zip(roots, sessions, strict=True)):
        raise UnknownSession
    return roots


def lock_root(key: int) -> AnonymousSession:
    return lock_roots(key)[0]
