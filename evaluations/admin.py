"""The admin: evaluations to be looked at, their text for a reason only."""

from django.contrib import admin

from analytics.reading_room import TextForAReason

from .models import Evaluation


@admin.register(Evaluation)
class EvaluationAdmin(TextForAReason):
    list_display = ("id", "session", "evaluator", "rating", "version", "created_at", "read_link")
    list_select_related = ("evaluator", "session")
    list_filter = ("rating",)
    ordering = ("-created_at",)
    record_name = "evaluation"

    def texts(self, row: Evaluation) -> dict[str, str]:
        return {"Feedback": row.feedback, "Comments": row.comments}
