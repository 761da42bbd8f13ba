"""Queries of the reading operations. Callers pass only sessions that they may see."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery

from sessions_core.clock import now

from .models import (
    AuditRecord,
    AuditSubject,
    Comparison,
    Milestone,
    ProgressFeedback,
    ProgressRecord,
    SkillScore,
    Snapshot,
    TherapistSession,
)
from .time_ranges import RANGES

MAX_COMPARISONS = 500


def since(time_range: str | None) -> datetime | None:
    """Returns the start of the range ``7d``, ``30d``, ``90d`` or ``1y``; ``None`` for no range."""
    return now() - RANGES[time_range] if time_range else None


def progress_of(session: TherapistSession) -> ProgressRecord:
    """Returns the newest report, or else an unsaved one built from skills and milestones."""
    newest = ProgressRecord.objects.filter(session=session).first()
    if newest is not None:
        return newest
    milestones = list(Milestone.objects.filter(session=session))
    scores = SkillScore.objects.filter(session=session)
    return ProgressRecord(
        session=session,
        total_messages=0,
        therapist_messages=0,
        client_messages=0,
        session_duration=_seconds(session),
        active_time=0,
        response_time=0,
        conversation_flow=0,
        skill_scores={row["skill"]: row["current"] for row in skills(scores)},
        milestones_reached=[milestone.name for milestone in milestones],
        last_milestone_at=milestones[-1].achieved_at if milestones else None,
    )


def _seconds(session: TherapistSession) -> float:
    """Returns the whole seconds from the start to the end, or to now for an open session."""
    return max(0, int(((session.ended_at or now()) - session.started_at).total_seconds()))


def feedback_of(session: TherapistSession, author_id: Any = None) -> QuerySet[ProgressFeedback]:
    """Returns the feedback on a session, by everybody or by one author."""
    rows = ProgressFeedback.objects.filter(session=session)
    return rows if author_id is None else rows.filter(author=author_id)


def snapshots_of(session: TherapistSession) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(session=session)


def milestones_of(session: TherapistSession) -> QuerySet[Milestone]:
    return Milestone.objects.filter(session=session)


def skills(scores: QuerySet[SkillScore]) -> QuerySet:
    """Returns, with one query, each skill's newest score, number of sessions, first and last time.

    The skill practised last comes first.
    """
    newest = scores.filter(skill=OuterRef("skill")).order_by("-recorded_at", "-id")
    return (
        scores.order_by()
        .values("skill")
        .annotate(
            current=Subquery(newest.values("score")[:1]),
            sessions=Count("session", distinct=True),
            first=Min("recorded_at"),
            last=Max("recorded_at"),
        )
        .order_by("-last", "skill")
    )


def comparisons(
    visible: QuerySet[TherapistSession],
    *,
    therapist_id: Any = None,
    session: TherapistSession | None = None,
    since: datetime | None = None,
) -> QuerySet[Comparison]:
    """Returns the comparisons whose sessions are both ``visible``, newest first."""
    rows = Comparison.objects.filter(current__in=visible, previous__in=visible)
    if therapist_id is not None:
        rows = rows.filter(therapist=therapist_id)
    if session is not None:
        rows = rows.filter(Q(current=session) | Q(previous=session))
    if since is not None:
        rows = rows.filter(analyzed_at__gte=since)
    return rows.select_related("current", "previous")[:MAX_COMPARISONS]


def audit_records_about(therapist_id: Any) -> QuerySet[AuditRecord]:
    """Returns the records of accesses to a therapist's data, newest first."""
    among_others = AuditSubject.objects.filter(person__user=therapist_id).values("record")
    return AuditRecord.objects.filter(Q(subject__user=therapist_id) | Q(pk__in=among_others))
