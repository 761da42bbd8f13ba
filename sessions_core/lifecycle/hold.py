"""Take hold of a session for a verb: under the row lock, authorised, its time limit applied."""

from .. import access, clock
from ..actor import Actor
from ..models import Session, Status
from . import statements
from .close import expire_locked

_LOCK = (
    f"SELECT {statements.columns(Session)} FROM {Session._meta.db_table} "
    "WHERE id = %(session_id)s FOR UPDATE"
)


def hold(actor: Actor, given: object, *, route: str) -> Session:
    """The session, locked for the running transaction. Call inside ``atomic``.

    A session whose time has run out is expired first; the verb then meets it ended, and must
    return rather than raise, so that the ending is committed.
    """
    session = _locked(access.session_id_for(given))
    return close_if_due(access.permitted(actor, session, given, route=route, write=True))


def _locked(session_id: int) -> Session | None:
    if not statements.on_postgres():
        return Session.objects.select_for_update().filter(pk=session_id).first()
    rows = statements.call(_LOCK, session_id=session_id)
    return statements.instance(Session, rows[0]) if rows else None


def close_if_due(session: Session) -> Session:
    """``session`` (locked), expired at its limit if that has passed."""
    due = session.deadline_at is not None and clock.now() > session.deadline_at
    if due and session.status == Status.ACTIVE:
        return expire_locked(session)
    return session
