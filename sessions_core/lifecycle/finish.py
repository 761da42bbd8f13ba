"""The three ends of a session: complete, cancel, expire."""

from typing import Any

from django.db import transaction

from .. import clock
from ..actor import Actor
from ..models import Completion, Session, Status
from ..retrying import retrying
from . import states
from .close import close, expire_locked
from .hold import hold
from .whole import whole


def complete(
    actor: Actor,
    given: object,
    *,
    route: str,
    completion: str = Completion.COMPLETED,
    claimed_seconds: int | None = None,
    poses_completed: int | None = None,
) -> Session:
    """End the session as done. Raises ``SessionFinished`` if it had ended before.

    ``claimed_seconds``: the duration as the client tells it; the server's own is kept beside it.
    """
    claims = {"completion": completion, "poses_completed": poses_completed}
    return _end(actor, given, route, Status.COMPLETED, claims, claimed_seconds)


def cancel(actor: Actor, given: object, *, route: str) -> Session:
    """End the session as given up. Raises ``SessionFinished`` if it had ended before."""
    return _end(actor, given, route, Status.CANCELLED, {"completion": Completion.ABANDONED})


def _end(
    actor: Actor,
    given: object,
    route: str,
    status: str,
    claims: dict[str, Any],
    claimed_seconds: int | None = None,
) -> Session:
    session, ended_here = retrying(_end_once, actor, given, route, status, claims, claimed_seconds)
    if not ended_here:
        states.require(session, status)
    return session


@whole()
def _end_once(
    actor: Actor,
    given: object,
    route: str,
    status: str,
    claims: dict[str, Any],
    claimed_seconds: int | None,
) -> tuple[Session, bool]:
    session = hold(actor, given, route=route)
    if status not in states.NEXT[session.status]:
        return session, False
    for name, value in claims.items():
        setattr(session, name, value)
    return close(session, status, clock.now(), claimed_seconds), True


def expire_due(limit: int = 1000) -> int:
    """Expire the sessions whose time has run out, at most ``limit``; returns how many."""
    due = Session.objects.filter(status=Status.ACTIVE, deadline_at__lt=clock.now())
    ids = list(due.order_by("deadline_at").values_list("pk", flat=True)[:limit])
    return sum(expire_due_one(pk) for pk in ids)


def expire_due_one(pk: int) -> bool:
    """Expire this session if its time has run out; returns whether it did so here."""
    return retrying(_expire_one, pk)


@transaction.atomic
def _expire_one(pk: int) -> bool:
    session = (
        Session.objects.select_for_update()
        .filter(pk=pk, status=Status.ACTIVE, deadline_at__lt=clock.now())
        .first()
    )
    if session is None:  # answered, paused or ended since it was listed
        return False
    expire_locked(session)
    return True
