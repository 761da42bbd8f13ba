"""The admin of evaluations: read-only, their texts by break-glass access."""

from django.contrib import admin

from analytics.break_glass import BreakGlassAdmin

from .models import Evaluation


@admin.register(Evaluation)
class EvaluationAdmin(BreakGlassAdmin):
    list_display = ("id", "session", "evaluator", "rating", "version", "created_at", "read_link")
    list_select_related = ("evaluator", "session")
    list_filter = ("rating",)
    ordering = ("-created_at",)
    record_name = "evaluation"

    def texts(self, row: Evaluation) -> dict[str, str]:
        return {"Feedback": row.feedback, "Comments": row.comments}
