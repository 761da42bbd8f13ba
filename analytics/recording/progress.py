"""A report of a session's metrics, with the skills, milestones and feedback that it names."""

from typing import Any

from sessions_core.clock import now

from ..models import ProgressFeedback, ProgressRecord, TherapistSession
from .milestones import Reached, reach
from .numbering import save_and_announce
from .skills import add_scores


def report(
    session: TherapistSession, author_id: Any, metrics: dict[str, Any], feedback: str
) -> ProgressRecord:
    """``metrics`` are the columns of ``ProgressRecord``. Blank feedback is none."""
    at = now()
    record = ProgressRecord.objects.create(session=session, recorded_at=at, **metrics)
    add_scores(session, record.skill_scores, at)
    reach(session, _milestones(record))
    if feedback:
        ProgressFeedback.objects.create(
            session=session, author_id=author_id, text=feedback, created_at=at
        )
    save_and_announce(session)
    return record


def _milestones(record: ProgressRecord) -> list[Reached]:
    """All reached by now; the last of them at the time that the client tells, if it does."""
    names = record.milestones_reached
    times = [record.recorded_at] * len(names)
    if names and record.last_milestone_at is not None:
        times[-1] = record.last_milestone_at
    return [Reached(name, at) for name, at in zip(names, times, strict=True)]
