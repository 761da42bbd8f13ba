"""Stores a report of a session's metrics, with the skills, milestones and feedback in it."""

from typing import Any

from sessions_core.clock import now

from ..models import ProgressFeedback, ProgressRecord, TherapistSession
from .live_events import save_and_notify
from .milestones import ReachedMilestone, record_milestones
from .skills import add_scores


def report(
    session: TherapistSession, author_id: Any, metrics: dict[str, Any], feedback: str
) -> ProgressRecord:
    """``metrics`` are the columns of ``ProgressRecord``. Blank feedback is not stored."""
    at = now()
    record = ProgressRecord.objects.create(session=session, recorded_at=at, **metrics)
    add_scores(session, record.skill_scores, at)
    record_milestones(session, _milestones(record))
    if feedback:
        ProgressFeedback.objects.create(
            session=session, author_id=author_id, text=feedback, created_at=at
        )
    save_and_notify(session)
    return record


def _milestones(record: ProgressRecord) -> list[ReachedMilestone]:
    """Dates all milestones now, but the last one as the client reports it, if it does."""
    names = record.milestones_reached
    times = [record.recorded_at] * len(names)
    if names and record.last_milestone_at is not None:
        times[-1] = record.last_milestone_at
    return [ReachedMilestone(name, at) for name, at in zip(names, times, strict=True)]
