"""What every end of a session does, under its lock: time, ledger, rollup, memory."""

from datetime import datetime

from django.db.models import Count, Q

from .. import achievements, clock
from ..app_settings import app_settings
from ..models import Attempt, Completion, Session, Status, Transition
from . import days, events, remembering, scoring


def expire_locked(session: Session) -> Session:
    """Close a locked session at its time limit, with what it had."""
    session.completion = Completion.PARTIAL if session.answered_count else Completion.ABANDONED
    return close(session, Status.EXPIRED, session.deadline_at or clock.now())


def close(session: Session, status: str, at: datetime, claimed: int | None = None) -> Session:
    """End the locked ``session`` in the state ``status`` as of ``at``.

    ``claimed``: its whole duration in seconds, as the client tells it.
    """
    practised = scoring.practised_seconds(session, at) if claimed is None else claimed
    if claimed is not None or session.claimed_seconds is not None:
        session.claimed_seconds = practised
    session.active_ms = scoring.active_ms(session, at)
    session.running_since = session.deadline_at = None
    session.status = status
    session.ended_at = max(at, session.started_at)
    session.mastered_count = _mastered(session)
    session.last_seq += 1
    session.save()
    transition = Transition.objects.create(
        session=session, seq=session.last_seq, status=status, at=at, active_ms=session.active_ms
    )
    days.count_end(session, practised)
    if session.user_id is not None:
        app_settings.load("SCHEDULER")().review(
            session.user_id, remembering.first_attempts(session)
        )
        achievements.award(session)
    events.publish([events.changed(session, transition)])
    return session


def _mastered(session: Session) -> int:
    """Distinct items of which every attempt was correct."""
    by_item = Attempt.objects.filter(session=session).order_by().values("item_id")
    return (
        by_item.annotate(missed=Count("item_id", filter=Q(correct=False))).filter(missed=0).count()
    )
