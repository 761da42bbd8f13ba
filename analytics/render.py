"""Renders rows as JSON of the API. Times are ISO 8601 in UTC with a ``Z``."""

from datetime import UTC, datetime
from typing import Any

from .deriving import category
from .models import (
    AuditRecord,
    Comparison,
    Milestone,
    ProgressFeedback,
    Snapshot,
    TherapistSession,
)

ERASED = "erased"


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def number(value: float) -> float | int:
    """Renders a whole number without a decimal point, as clients send it."""
    return int(value) if float(value).is_integer() else value


def person(user_id: Any) -> str:
    return ERASED if user_id is None else str(user_id)


def selection_fields(therapist_id: Any, session: TherapistSession | None) -> dict[str, str]:
    """Names the therapist and session that a list is limited to; no session is an empty text."""
    if session is None:
        return {"therapistId": str(therapist_id), "sessionId": ""}
    return {
        "therapistId": str(session.therapist_id if therapist_id is None else therapist_id),
        "sessionId": str(session.pk),
    }


def session_entry(session: TherapistSession, *, with_client: bool) -> dict[str, Any]:
    """``clientId`` is empty for a reader who may not see the client."""
    shown = {
        "id": str(session.pk),
        "clientId": session.client_id if with_client else "",
        "therapistId": str(session.therapist_id),
        "startTime": instant(session.started_at),
        "status": session.status,
        "progress": number(session.progress),
    }
    if session.ended_at is not None:
        shown["endTime"] = instant(session.ended_at)
    return shown


def feedback_entry(row: ProgressFeedback) -> dict[str, Any]:
    return {
        "therapistId": person(row.author_id),
        "feedback": row.text,
        "createdAt": instant(row.created_at),
    }


def snapshot_entry(row: Snapshot) -> dict[str, Any]:
    return {"timestamp": instant(row.timestamp), "value": number(row.value)}


def milestone_entry(row: Milestone, *, with_text: bool) -> dict[str, Any]:
    """``metadata`` has the therapist's notes; it is empty for a reader who may not read texts."""
    return {
        "milestoneName": row.name,
        "milestoneValue": number(row.value),
        "achievedAt": instant(row.achieved_at),
        "metadata": row.metadata if with_text else {},
    }


def skill_entry(row: dict[str, Any]) -> dict[str, Any]:
    """``row`` is a row of ``queries.skills``."""
    return {
        "skillName": row["skill"],
        "skillCategory": category(row["skill"]),
        "currentScore": number(row["current"]),
        "practiceSessions": row["sessions"],
        "lastPracticed": instant(row["last"]),
        "createdAt": instant(row["first"]),
    }


def comparison_entry(row: Comparison) -> dict[str, Any]:
    metrics = {
        "progressImprovement": row.progress_improvement,
        "skillScoreImprovement": row.skill_score_improvement,
        "responseTimeImprovement": row.response_time_improvement,
    }
    return {
        "id": str(row.pk),
        "therapistId": str(row.therapist_id),
        "currentSessionId": str(row.current_id),
        "previousSessionId": str(row.previous_id),
        "improvementScore": number(row.improvement_score),
        "metrics": {
            name: None if value is None else number(value) for name, value in metrics.items()
        },
        "analyzedAt": instant(row.analyzed_at),
        "currentSessionStartedAt": instant(row.current.started_at),
        "previousSessionStartedAt": instant(row.previous.started_at),
        "trend": row.trend,
        "reliableChange": row.evidence,
    }


def audit_entry(row: AuditRecord, *, for_auditor: bool) -> dict[str, Any]:
    """Only auditors, not therapists, see where a request came from."""
    private = row.private or {"address": "", "reason": ""}
    shown = {
        "seq": row.seq,
        "at": instant(row.at),
        "actorId": _audited(row.actor),
        "action": row.action,
        "sessionId": row.session_id,
        "status": row.status,
        "calls": row.calls,
        "reason": private["reason"],
        "onBehalfOf": _audited(row.behalf),
    }
    if for_auditor:
        shown |= {
            "therapistId": _audited(row.subject),
            "alsoAbout": [_audited(each.person) for each in row.also_about.all()],
            "route": row.route,
            "address": private["address"],
        }
    return shown


def _audited(person_row: Any) -> str | None:
    return None if person_row is None else person(person_row.user_id)
