"""An answer sent without a session: a finished session of one attempt, marked as standalone."""

from datetime import timedelta

from django.db import transaction

from .. import clock
from ..app_settings import app_settings
from ..errors import ItemNotFound
from ..models import Attempt, Completion, Dialect, Session, Status, Transition
from ..zones import local_day
from . import events, items
from .deciding import judge, verdict
from .submission import Submission, Verdict


@transaction.atomic
def record(submission: Submission) -> Verdict:
    """Record the answer with its session, which lasted as long as the learner took to answer.

    Raises ``ItemNotFound``.
    """
    now = clock.now()
    known = items.load([submission.item_id])
    item = known.get(submission.item_id)
    if item is None or not item.is_active:
        raise ItemNotFound
    judgement = judge(app_settings.load("JUDGE")(), item, submission.answer, items.is_known_form)
    correct = int(judgement.correct)
    took = submission.response_ms
    started = now - timedelta(milliseconds=took)
    session = Session.objects.create(
        user_id=submission.actor.user_id,
        guest=submission.actor.guest if submission.actor.user_id is None else None,
        dialect=Dialect.EXERCISES,
        standalone=True,
        status=Status.COMPLETED,
        completion=Completion.COMPLETED,
        started_at=started,
        ended_at=now,
        active_ms=took,
        elapsed_ms=took,
        zone=submission.zone,
        local_day=local_day(started, submission.zone),
        answered_count=1,
        attempt_count=1,
        correct_count=correct,
        current_streak=correct,
        best_streak=correct,
        mastered_count=correct,
        response_ms=took,
        last_seq=2,
    )
    attempt = Attempt.objects.create(
        session=session,
        seq=1,
        item_id=item.id,
        answer=submission.answer,
        correct=judgement.correct,
        close=judgement.close,
        response_ms=took,
        created_at=now,
        answered_count=1,
        attempt_count=1,
        correct_count=correct,
        current_streak=correct,
    )
    Transition.objects.create(
        session=session, seq=2, status=Status.COMPLETED, at=now, active_ms=took
    )
    events.publish([events.progress(session, attempt)])
    return verdict(attempt, 0, known, judgement)
