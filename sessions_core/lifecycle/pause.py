"""Stop the session's clock, and start it again."""

from datetime import timedelta

from django.db import transaction

from .. import clock
from ..actor import Actor
from ..models import Session, Status, Transition
from ..retrying import retrying
from . import events, scoring, states
from .end import hold


def pause(
    actor: Actor, given: object, *, route: str, claimed_seconds: int | None = None
) -> Session:
    """Pause the session; one that is paused already stays so, with the newer claim.

    ``claimed_seconds``: the duration so far, as the client tells it. Raises ``SessionFinished``.
    """
    return _change(actor, given, route, Status.PAUSED, claimed_seconds)


def resume(actor: Actor, given: object, *, route: str) -> Session:
    """Let the session run on; a running one is left as it is. Raises ``SessionFinished``."""
    return _change(actor, given, route, Status.ACTIVE, None)


def _change(
    actor: Actor, given: object, route: str, status: str, claimed_seconds: int | None
) -> Session:
    session = retrying(_change_once, actor, given, route, status, claimed_seconds)
    if session.status != status:
        states.require(session, status)
    return session


@transaction.atomic
def _change_once(
    actor: Actor, given: object, route: str, status: str, claimed_seconds: int | None
) -> Session:
    session = hold(actor, given, route=route)
    if not session.is_open:
        return session
    if session.status != status:
        _move(session, status)
    if claimed_seconds is not None:
        session.claimed_seconds = claimed_seconds
    session.save()
    return session


def _move(session: Session, status: str) -> None:
    now = clock.now()
    if session.claimed_seconds is not None:
        session.claimed_seconds = scoring.practised_seconds(session, now)
    scoring.stop(session, now)
    if status == Status.ACTIVE:
        session.running_since = now
        if session.time_limit is not None:
            left = session.time_limit * 1000 - session.elapsed_ms
            session.deadline_at = now + timedelta(milliseconds=max(0, left))
    session.status = status
    session.last_seq += 1
    transition = Transition.objects.create(
        session=session, seq=session.last_seq, status=status, at=now, active_ms=session.active_ms
    )
    events.publish([events.changed(session, transition)])
