"""The admin of this app: staff view records, edit links, and read texts by break-glass access."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest

from sessions_core.admin.base import USERNAME, ListAdmin, ReadOnlyAdmin
from sessions_core.rest.address import client_address

from .admin_base import AuditedReadOnlyAdmin
from .audit.chain import AuditEvent, append
from .break_glass import BreakGlassAdmin
from .models import (
    AuditRecord,
    Comparison,
    EvaluatorAssignment,
    ProgressFeedback,
    SupervisorLink,
    TherapistSession,
)


@admin.register(TherapistSession)
class TherapistSessionAdmin(AuditedReadOnlyAdmin):
    """The page leaves out the client, whom staff may not know."""

    list_display = ("id", "therapist", "started_at", "ended_at", "status", "progress")
    list_select_related = ("therapist",)
    list_filter = ("status",)
    search_fields = (f"therapist__{USERNAME}",)
    ordering = ("-started_at",)
    record_name = "sessions"

    def therapist_id(self, row: TherapistSession) -> Any:
        return row.therapist_id

    def session_id(self, row: TherapistSession) -> Any:
        return row.pk


@admin.register(ProgressFeedback)
class ProgressFeedbackAdmin(BreakGlassAdmin):
    list_display = ("id", "session", "author", "created_at", "read_link")
    list_select_related = ("author", "session")
    ordering = ("-created_at",)
    record_name = "progress"

    def texts(self, row: ProgressFeedback) -> dict[str, str]:
        return {"Feedback": row.text}


@admin.register(Comparison)
class ComparisonAdmin(AuditedReadOnlyAdmin):
    list_display = ("therapist", "trend", "improvement_score", "analyzed_at")
    list_select_related = ("therapist",)
    list_filter = ("trend",)
    ordering = ("-analyzed_at",)
    record_name = "comparison"

    def therapist_id(self, row: Comparison) -> Any:
        return row.therapist_id

    def session_id(self, row: Comparison) -> Any:
        return row.current_id


class AuditedRelationAdmin(ListAdmin):
    """Base of the pages that grant access to a record: the audit records who changed what."""

    record_name: str

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._record(request, obj, "change" if change else "add")

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self._record(request, obj, "delete")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def therapist_id(self, obj: Any) -> Any:
        return obj.therapist_id

    def _record(self, request: HttpRequest, obj: Model, verb: str) -> None:
        append(
            AuditEvent(
                f"{self.record_name}.{verb}",
                "admin",
                200,
                actor_id=request.user.pk,
                subject_id=self.therapist_id(obj),
                address=client_address(request),
            )
        )


@admin.register(SupervisorLink)
class SupervisorLinkAdmin(AuditedRelationAdmin):
    list_display = ("supervisor", "therapist", "began_at", "ended_at")
    list_select_related = ("supervisor", "therapist")
    autocomplete_fields = ("supervisor", "therapist")
    search_fields = (f"supervisor__{USERNAME}", f"therapist__{USERNAME}")
    record_name = "link"


@admin.register(EvaluatorAssignment)
class EvaluatorAssignmentAdmin(AuditedRelationAdmin):
    list_display = ("evaluator", "session", "began_at", "ended_at")
    list_select_related = ("evaluator", "session__therapist")
    autocomplete_fields = ("evaluator", "session")
    search_fields = (f"evaluator__{USERNAME}",)
    record_name = "assignment"

    def therapist_id(self, obj: EvaluatorAssignment) -> Any:
        return obj.session.therapist_id


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    """Users with the permission ``analytics.view_auditrecord`` see the audit; nobody edits it."""

    list_display = ("seq", "at", "actor", "action", "subject", "session_id", "status", "calls")
    list_select_related = ("actor__user", "subject__user")
    list_filter = ("status",)
    search_fields = ("action", "session_id")
    ordering = ("-seq",)
