"""What was measured in sessions: the newest score of each skill, progress, response time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from .models import ProgressRecord, SkillScore, TherapistSession

PAST_SESSIONS = 30


@dataclass(slots=True)
class Measured:
    """One session. Scores and progress 0 to 100, ``response_time`` in seconds, None: unmeasured."""

    skills: dict[str, float] = field(default_factory=dict)
    progress: float | None = None
    response_time: float | None = None


def measured(sessions: Iterable[TherapistSession]) -> dict[UUID, Measured]:
    """Two queries for any number of sessions."""
    found = {session.pk: Measured(progress=_progress(session)) for session in sessions}
    skills = SkillScore.objects.filter(session__in=found).order_by("recorded_at", "seq")
    for session_id, skill, score in skills.values_list("session_id", "skill", "score"):
        found[session_id].skills[skill] = score
    reports = ProgressRecord.objects.filter(session__in=found).order_by("recorded_at", "id")
    for session_id, response_time in reports.values_list("session_id", "response_time"):
        found[session_id].response_time = response_time
    return found


def past_of(
    therapist_id: Any, scope: QuerySet[TherapistSession], but: Iterable[UUID]
) -> list[Measured]:
    """The therapist's newest other sessions in ``scope``, at most ``PAST_SESSIONS``."""
    others = scope.filter(therapist=therapist_id).exclude(pk__in=list(but))
    return list(measured(others.only("progress", "last_seq")[:PAST_SESSIONS]).values())


def _progress(session: TherapistSession) -> float | None:
    """A session in which nothing was recorded stands at 0 without anybody having measured it."""
    return session.progress if session.progress > 0 or session.last_seq else None
