"""The rollup of a learner's practice by local day, kept as sessions begin and end."""

from django.db.models import F

from ..models import Completion, PracticeDay, Session


def _add(session: Session, **amounts: int) -> None:
    """Add to the row of the session's day, by one atomic statement where the row exists."""
    if session.standalone or session.user_id is None:
        return
    row = PracticeDay.objects.filter(user_id=session.user_id, day=session.local_day)
    increments = {name: F(name) + amount for name, amount in amounts.items()}
    if not row.update(**increments):
        PracticeDay.objects.bulk_create(
            [PracticeDay(user_id=session.user_id, day=session.local_day)], ignore_conflicts=True
        )
        row.update(**increments)


def count_start(session: Session, times: int = 1) -> None:
    """``times`` -1 takes back what was counted."""
    _add(session, started=times)


def count_end(session: Session, practised_seconds: int, times: int = 1) -> None:
    _add(
        session,
        ended=times,
        practised=times * (session.completion != Completion.ABANDONED),
        completed=times * (session.completion == Completion.COMPLETED),
        seconds=times * practised_seconds,
        attempts=times * session.attempt_count,
        correct=times * session.correct_count,
    )
