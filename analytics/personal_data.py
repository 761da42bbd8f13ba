"""Exports and erases what therapist training stores about a person in any role."""

from typing import Any

from django.db.models import Q

from sessions_core.personal_data import PersonalDataHandler, Rows, delete, table
from sessions_core.personal_data import register as register_handler

from .models import (
    AnalyticsEntry,
    AuditPerson,
    AuditRecord,
    Comparison,
    EvaluatorAssignment,
    Milestone,
    ProgressFeedback,
    ProgressRecord,
    SkillScore,
    Snapshot,
    SupervisorLink,
    TherapistSession,
)
from .queries import audit_records_about


def _export(user_id: Any) -> dict[str, Rows]:
    own = Q(session__therapist=user_id)
    return {
        **table(TherapistSession.objects.filter(therapist=user_id)),
        **table(ProgressRecord.objects.filter(own)),
        **table(ProgressFeedback.objects.filter(own | Q(author=user_id))),
        **table(Snapshot.objects.filter(own)),
        **table(Milestone.objects.filter(own)),
        **table(SkillScore.objects.filter(own)),
        **table(AnalyticsEntry.objects.filter(document__session__therapist=user_id)),
        **table(Comparison.objects.filter(therapist=user_id)),
        **table(SupervisorLink.objects.filter(Q(supervisor=user_id) | Q(therapist=user_id))),
        **table(EvaluatorAssignment.objects.filter(own | Q(evaluator=user_id))),
        AuditRecord._meta.label_lower: _audit_rows(user_id),
    }


def _audit_rows(user_id: Any) -> Rows:
    """Returns audit records about or by the person, without the addresses of other users."""
    rows = table(_audited(user_id))[AuditRecord._meta.label_lower]
    own = {str(pk) for pk in AuditPerson.objects.filter(user=user_id).values_list("pk", flat=True)}
    for row in rows:
        private = row["private"]
        if private is not None and row["actor_id"] not in own:
            row["private"] = {"reason": private["reason"]}
    return rows


def _erase(user_id: Any) -> dict[str, int]:
    """Erases the person. Audit rows stay, under the pseudonym and without address and reason."""
    blanked = _audited(user_id).update(private=None)
    forgotten = AuditPerson.objects.filter(user=user_id).update(user=None)
    counts = delete(
        SupervisorLink.objects.filter(Q(supervisor=user_id) | Q(therapist=user_id)),
        EvaluatorAssignment.objects.filter(evaluator=user_id),
        Comparison.objects.filter(therapist=user_id),
        TherapistSession.objects.filter(therapist=user_id),
    )
    return counts | {
        AuditRecord._meta.label_lower: blanked,
        AuditPerson._meta.label_lower: forgotten,
    }


def _audited(user_id: Any) -> Any:
    return AuditRecord.objects.filter(actor__user=user_id) | audit_records_about(user_id)


def register() -> None:
    register_handler("analytics", PersonalDataHandler(_export, _erase))
