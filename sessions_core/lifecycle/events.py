"""What happened to a session, published after the commit: the only way out of the lifecycle.

Attempts and transitions share the session's sequence, so their rows are the events: ``replay``
reads them back, and nothing is written twice.
"""

from typing import Any, NamedTuple

from django.db import transaction

from ..models import OPEN, Attempt, Session, Status, Transition
from ..signals import session_events, session_events_at_once
from .attempts import NewAttempt
from .scoring import seconds, success_rate


class SessionEvent(NamedTuple):
    """``seq`` is the event's id on the wire, rising by one within the session.

    ``final``: the session has ended, nothing follows.
    """

    session_id: int
    user_id: int | None
    seq: int
    type: str
    data: dict[str, Any]
    final: bool = False


def publish(events: list[SessionEvent]) -> None:
    """Notify the listeners, once the running transaction has committed."""
    if events:
        transaction.on_commit(lambda: _notify(events), robust=True)


def _notify(events: list[SessionEvent]) -> None:
    notify_at_once(events)
    notify(events)


def notify_at_once(events: list[SessionEvent]) -> None:
    """Notify those who neither wait nor ask the database, of what is committed."""
    session_events_at_once.send_robust(sender=None, events=events)


def notify(events: list[SessionEvent]) -> None:
    """Notify the others, in a thread that may do both."""
    session_events.send_robust(sender=None, events=events)


def progress(session: Session, attempt: Attempt | NewAttempt) -> SessionEvent:
    """The ``progress_update`` that ``attempt`` is, from the counters on its row."""
    data = {
        "completed": attempt.answered_count,
        "remaining": max(0, session.item_count - attempt.answered_count),
        "success_rate": success_rate(attempt.correct_count, attempt.attempt_count),
        "current_streak": attempt.current_streak,
    }
    return SessionEvent(session.pk, session.user_id, attempt.seq, "progress_update", data)


def changed(session: Session, transition: Transition) -> SessionEvent:
    """The event of a change of state: paused, resumed, or ended (``session_complete``)."""
    elapsed = seconds(transition.active_ms)
    if transition.status in OPEN:
        kind = "session_paused" if transition.status == Status.PAUSED else "session_resumed"
        data: dict[str, Any] = {"elapsed": elapsed, "status": transition.status}
        return SessionEvent(session.pk, session.user_id, transition.seq, kind, data)
    data = {
        "success_rate": success_rate(session.correct_count, session.attempt_count),
        "duration": elapsed,
        "words_mastered": session.mastered_count,
        "status": transition.status,
    }
    return SessionEvent(
        session.pk, session.user_id, transition.seq, "session_complete", data, final=True
    )


def snapshot(session: Session) -> dict[str, Any]:
    """The present state as a ``progress_update`` shows it."""
    return {
        "completed": session.answered_count,
        "remaining": max(0, session.item_count - session.answered_count),
        "success_rate": success_rate(session.correct_count, session.attempt_count),
        "current_streak": session.current_streak,
    }


def replay(session_id: int, after: int, limit: int) -> list[SessionEvent]:
    """The events with an id above ``after``, in order, at most ``limit`` of them."""
    session = Session.objects.get(pk=session_id)
    attempts = Attempt.objects.filter(session_id=session_id, seq__gt=after).order_by("seq")
    transitions = Transition.objects.filter(session_id=session_id, seq__gt=after).order_by("seq")
    events = [progress(session, row) for row in attempts[:limit]]
    events += [changed(session, row) for row in transitions[:limit]]
    return sorted(events, key=lambda event: event.seq)[:limit]
