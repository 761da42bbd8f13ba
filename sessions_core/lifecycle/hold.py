"""Take hold of a session for a verb: under the row lock, authorised, its time limit applied."""

from .. import access, clock
from ..actor import Actor
from ..models import Session, Status
from .close import expire_locked


def hold(actor: Actor, given: object, *, route: str) -> Session:
    """The session, locked for the running transaction. Call inside ``atomic``.

    A session whose time has run out is expired first; the verb then meets it ended, and must
    return rather than raise, so that the ending is committed.
    """
    rows = Session.objects.select_for_update()
    session = access.session_for(actor, given, route=route, rows=rows)
    return close_if_due(session)


def close_if_due(session: Session) -> Session:
    """``session`` (locked), expired at its limit if that has passed."""
    due = session.deadline_at is not None and clock.now() > session.deadline_at
    if due and session.status == Status.ACTIVE:
        return expire_locked(session)
    return session
