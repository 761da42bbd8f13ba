"""Loads the measurements of sessions: the newest score of each skill, progress, response time."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from .models import ProgressRecord, SkillScore, TherapistSession

PAST_SESSIONS = 30


@dataclass(slots=True)
class SessionMeasurements:
    """Scores and progress are 0 to 100, ``response_time`` is in seconds; None means unmeasured."""

    skills: dict[str, float] = field(default_factory=dict)
    progress: float | None = None
    response_time: float | None = None


def measurements_of(sessions: Iterable[TherapistSession]) -> dict[UUID, SessionMeasurements]:
    """Loads the measurements of all ``sessions`` with two queries."""
    found = {session.pk: SessionMeasurements(progress=_progress(session)) for session in sessions}
    skills = SkillScore.objects.filter(session__in=found).order_by("recorded_at", "seq")
    for session_id, skill, score in skills.values_list("session_id", "skill", "score"):
        found[session_id].skills[skill] = score
    reports = ProgressRecord.objects.filter(session__in=found).order_by("recorded_at", "id")
    for session_id, response_time in reports.values_list("session_id", "response_time"):
        found[session_id].response_time = response_time
    return found


def other_sessions_of(
    therapist_id: Any, scope: QuerySet[TherapistSession], exclude: Iterable[UUID]
) -> list[SessionMeasurements]:
    """Loads the therapist's newest other sessions in ``scope``, at most ``PAST_SESSIONS``."""
    others = scope.filter(therapist=therapist_id).exclude(pk__in=list(exclude))
    return list(measurements_of(others.only("progress", "last_seq")[:PAST_SESSIONS]).values())


def _progress(session: TherapistSession) -> float | None:
    """Returns None for a session without records, whose progress of 0 nobody has measured."""
    return session.progress if session.progress > 0 or session.last_seq else None
