"""The rollup of a learner's practice by local day, kept as sessions begin and end."""

from collections.abc import Mapping

from django.db.models import F

from ..models import Completion, PracticeDay, Session


def of_end(session: Session, practised_seconds: int) -> dict[str, int]:
    """What the end of ``session`` adds to its day."""
    return {
        "ended": 1,
        "practised": int(session.completion != Completion.ABANDONED),
        "completed": int(session.completion == Completion.COMPLETED),
        "seconds": practised_seconds,
        "attempts": session.attempt_count,
        "correct": session.correct_count,
    }


def count_start(session: Session, times: int = 1) -> None:
    """``times`` -1 takes back what was counted."""
    _add(session, {"started": 1}, times)


def count_end(session: Session, practised_seconds: int, times: int = 1) -> None:
    _add(session, of_end(session, practised_seconds), times)


def _add(session: Session, amounts: Mapping[str, int], times: int) -> None:
    """Add to the row of the session's day, by one atomic statement where the row exists."""
    if session.standalone or session.user_id is None:
        return
    row = PracticeDay.objects.filter(user_id=session.user_id, day=session.local_day)
    increments = {name: F(name) + times * amount for name, amount in amounts.items()}
    if not row.update(**increments):
        PracticeDay.objects.bulk_create(
            [PracticeDay(user_id=session.user_id, day=session.local_day)], ignore_conflicts=True
        )
        row.update(**increments)
