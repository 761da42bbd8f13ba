"""Row locks on sessions. Only roots are locked, in the order of their keys, to avoid deadlocks.

``no_key`` still lets others insert rows that refer to the session.
"""

from .errors import UnknownSession
from .models import AnonymousSession


def lock_roots(*keys: int) -> list[AnonymousSession]:
    """Locks the roots of the sessions ``keys``, and returns them in the order of ``keys``.

    Two keys may have the same root. Raises ``UnknownSession``.
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
        # The loop repeats if a session was merged or deleted between the two queries.
        if all(key in locked for key in wanted):
            return [locked[key] for key in wanted]


def lock_if_owner_unchanged(*sessions: AnonymousSession) -> list[AnonymousSession]:
    """Locks the roots of ``sessions``, which the caller has loaded and may use.

    Raises ``UnknownSession`` if one was adopted, or its adoption undone, since it was loaded: the
    right to use a visitor's session gives no right to use an account's.
    """
    roots = lock_roots(*(session.pk for session in sessions))
    if any(root.user_id != session.user_id for root, session in zip(roots, sessions, strict=True)):
        raise UnknownSession
    return roots


def lock_root(key: int) -> AnonymousSession:
    return lock_roots(key)[0]
