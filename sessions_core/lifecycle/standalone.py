"""An answer sent without a session: a finished session of one attempt, marked as standalone."""

from datetime import datetime, timedelta

from ..models import Completion, Dialect, Session, Status, Transition
from ..zones import local_day
from .submission import Submission


def open_and_close(submission: Submission, correct: bool, now: datetime) -> Session:
    """The session of one attempt. It lasted as long as the learner took to answer."""
    started = now - timedelta(milliseconds=submission.response_ms)
    session = Session.objects.create(
        user_id=submission.actor.user_id,
        guest=submission.actor.guest if submission.actor.user_id is None else None,
        dialect=Dialect.EXERCISES,
        standalone=True,
        status=Status.COMPLETED,
        completion=Completion.COMPLETED,
        started_at=started,
        ended_at=now,
        active_ms=submission.response_ms,
        zone=submission.zone,
        local_day=local_day(started, submission.zone),
        answered_count=1,
        attempt_count=1,
        correct_count=int(correct),
        current_streak=int(correct),
        best_streak=int(correct),
        mastered_count=int(correct),
        response_ms=submission.response_ms,
        last_seq=2,
    )
    Transition.objects.create(
        session=session,
        seq=2,
        status=Status.COMPLETED,
        at=now,
        active_ms=submission.response_ms,
    )
    return session
