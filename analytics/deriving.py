"""Computes the parts of a session's analytics that the client did not post.

Only sessions that the reader may see (``scope``) are used, so that an evaluator of one session
learns nothing about the therapist's others.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Avg, Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils.text import slugify

from .app_settings import app_settings
from .comparing import ComparisonResult, Metrics, compare
from .models import (
    AnalyticsList,
    Milestone,
    ProgressRecord,
    SkillScore,
    Snapshot,
    TherapistSession,
)
from .queries import skills

ARROWS = {1: "up", 0: "stable", -1: "down"}


@dataclass(frozen=True)
class AnalyticsTarget:
    """The session to analyse, the sessions the reader may see, and the start of the time range.

    ``since`` is None for an unlimited range.
    """

    session: TherapistSession
    scope: QuerySet[TherapistSession]
    since: datetime | None = None

    @property
    def therapist_id(self) -> str:
        return str(self.session.therapist_id)

    @property
    def previous(self) -> TherapistSession | None:
        """The previous session of the same therapist."""
        return (
            self.scope.filter(
                therapist=self.session.therapist_id, started_at__lt=self.session.started_at
            )
            .order_by("-started_at", "-id")
            .first()
        )

    def dated(self, rows: Any, column: str) -> QuerySet:
        rows = rows.filter(session=self.session)
        return rows.filter(**{f"{column}__gte": self.since}) if self.since else rows


def derive(target: AnalyticsTarget, part: str) -> Any:
    return _DERIVED[part](target)


def _session_metrics(target: AnalyticsTarget) -> list[dict[str, Any]]:
    """Returns an entry for each UTC day on which something was recorded, oldest first."""
    progress = _by_day(target.dated(Snapshot.objects, "timestamp"), "timestamp", Avg("value"))
    response = _by_day(
        target.dated(ProgressRecord.objects, "recorded_at"), "recorded_at", Avg("response_time")
    )
    reached = _by_day(target.dated(Milestone.objects, "achieved_at"), "achieved_at", Count("id"))
    return [
        {
            "date": day.isoformat(),
            "sessions": 1,
            "therapistSessions": 1,
            "averageSessionProgress": round(progress.get(day, target.session.progress), 2),
            "sessionId": str(target.session.pk),
            "therapistId": target.therapist_id,
            "milestonesAchieved": reached.get(day, 0),
            "averageResponseTime": round(response.get(day, 0), 3),
        }
        for day in sorted({*progress, *response, *reached})
    ]


def _by_day(rows: QuerySet, column: str, figure: Any) -> dict[date, Any]:
    days = rows.order_by().annotate(day=TruncDate(column, tzinfo=UTC)).values("day")
    return {row["day"]: row["figure"] for row in days.annotate(figure=figure)}


def _skill_progress(target: AnalyticsTarget) -> list[dict[str, Any]]:
    """Returns the session's skills. The trend compares with the previous session, beyond noise."""
    previous = target.previous
    result = (
        compare(target.session, previous, target.scope) if previous else ComparisonResult(Metrics())
    )
    changes = {measure.name: measure.change for measure in result.measures}
    practised = _sessions_practised(target)
    return [
        {
            "skill": row["skill"],
            "skillId": slugify(row["skill"]) or row["skill"],
            "score": row["current"],
            "trend": ARROWS[change.direction] if change else "stable",
            "category": category(row["skill"]),
            "sessionsPracticed": practised.get(row["skill"], 1),
            "averageImprovement": round(change.change, 2) if change else 0,
        }
        for row in skills(target.dated(SkillScore.objects, "recorded_at"))
        for change in [changes.get(row["skill"])]
    ]


def _sessions_practised(target: AnalyticsTarget) -> dict[str, int]:
    rows = SkillScore.objects.filter(
        therapist=target.session.therapist_id, session__in=target.scope
    )
    counted = rows.order_by().values("skill").annotate(count=Count("session", distinct=True))
    return dict(counted.values_list("skill", "count"))


def category(skill: str) -> str:
    return app_settings.SKILL_CATEGORIES.get(skill, "therapeutic")


def _summary_stats(target: AnalyticsTarget) -> list[dict[str, Any]]:
    previous = target.previous
    reached = target.dated(Milestone.objects, "achieved_at").count()
    before = target.session.progress - (previous.progress if previous else 0)
    total = target.scope.filter(therapist=target.session.therapist_id).count()
    return [
        _stat(target, "Total Sessions", total, 1, "blue"),
        _stat(target, "Session Progress", target.session.progress, before, "green"),
        _stat(target, "Milestones Reached", reached, reached, "purple"),
    ]


def _stat(
    target: AnalyticsTarget, label: str, value: float, change: float, color: str
) -> dict[str, Any]:
    direction = ARROWS[(change > 0) - (change < 0)]
    return {
        "value": value,
        "label": label,
        "therapistId": target.therapist_id,
        "trend": {"value": change, "direction": direction, "period": "recent"},
        "color": color,
    }


def _progress_snapshots(target: AnalyticsTarget) -> list[dict[str, Any]]:
    rows = target.dated(Snapshot.objects, "timestamp").order_by("timestamp")
    return [
        {"timestamp": moment.isoformat().replace("+00:00", "Z"), "value": value}
        for moment, value in rows.values_list("timestamp", "value")
    ]


def _comparative_data(target: AnalyticsTarget) -> dict[str, Any]:
    """Returns the comparison with the previous session, and the figures behind the trend."""
    previous = target.previous
    found = (
        compare(target.session, previous, target.scope) if previous else ComparisonResult(Metrics())
    )
    data: dict[str, Any] = {
        "currentSession": _session_data(target.session),
        "trend": found.trend,
        "reliableChange": found.evidence(),
    }
    if previous is not None:
        data["previousSession"] = _session_data(previous)
    return data


def _session_data(session: TherapistSession) -> dict[str, Any]:
    reports: Iterable[float] = ProgressRecord.objects.filter(session=session).values_list(
        "response_time", flat=True
    )[:1]
    return {
        "date": session.started_at.astimezone(UTC).date().isoformat(),
        "sessions": 1,
        "therapistSessions": 1,
        "averageSessionProgress": session.progress,
        "sessionId": str(session.pk),
        "therapistId": str(session.therapist_id),
        "milestonesAchieved": Milestone.objects.filter(session=session).count(),
        "averageResponseTime": next(iter(reports), 0),
    }


_DERIVED: dict[str, Callable[[AnalyticsTarget], Any]] = {
    AnalyticsList.SESSION_METRICS: _session_metrics,
    AnalyticsList.SKILL_PROGRESS: _skill_progress,
    AnalyticsList.SUMMARY_STATS: _summary_stats,
    AnalyticsList.PROGRESS_SNAPSHOTS: _progress_snapshots,
    AnalyticsList.COMPARATIVE_DATA: _comparative_data,
}
