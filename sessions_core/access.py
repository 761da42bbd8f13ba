"""The only way from a view or a socket to a session: load it and ask whether it may be touched."""

from uuid import UUID

from django.db.models import QuerySet

from .actor import Actor
from .errors import NotYourSession, SessionNotFound
from .models import PracticeDay, Session, StaffAccess
from .public_id import session_id_for


def session_for(
    actor: Actor, given: object, *, route: str, write: bool = True, rows: QuerySet | None = None
) -> Session:
    """The session ``given`` names, if ``actor`` may write it (or, with ``write=False``, read it).

    Staff may read anybody's; each such look is recorded under ``route`` before it is answered.
    Raises ``SessionNotFound``, ``NotYourSession``.
    """
    rows = Session.objects.all() if rows is None else rows
    session = rows.filter(pk=session_id_for(given)).first()
    return permitted(actor, session, given, route=route, write=write)


def permitted(
    actor: Actor, session: Session | None, given: object, *, route: str, write: bool
) -> Session:
    """What ``session_for`` says of a ``session`` that its caller has loaded."""
    if session is None:
        raise SessionNotFound(given)
    if actor.owns(session.user_id, session.guest):
        return session
    if actor.is_staff and actor.user_id is not None and not write:
        StaffAccess.objects.create(staff_id=actor.user_id, session=session, route=route[:100])
        return session
    raise NotYourSession(given)


def may_read(actor: Actor, user_id: int | None, guest: UUID | None) -> bool:
    """Whether ``actor`` may see the sessions of this owner, which staff may."""
    return actor.owns(user_id, guest) or (actor.is_staff and actor.user_id is not None)


def practice_days(actor: Actor) -> QuerySet[PracticeDay]:
    """The rollup of ``actor``'s practice by day; guests have none."""
    if actor.user_id is None:
        return PracticeDay.objects.none()
    return PracticeDay.objects.filter(user_id=actor.user_id)


def owned(actor: Actor) -> QuerySet[Session]:
    """The sessions of ``actor``."""
    if actor.user_id is not None:
        return Session.objects.filter(user_id=actor.user_id)
    return Session.objects.filter(guest=actor.guest)
