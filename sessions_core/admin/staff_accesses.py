"""Admin of staff's accesses to learners' sessions."""

from django.contrib import admin

from ..models import StaffAccess
from .base import USERNAME, ReadOnlyAdmin


@admin.register(StaffAccess)
class StaffAccessAdmin(ReadOnlyAdmin):
    list_display = ("staff", "session", "learner", "at", "route")
    list_select_related = ("staff", "session__user")
    search_fields = (f"staff__{USERNAME}", f"session__user__{USERNAME}")
    ordering = ("-pk",)

    @admin.display(description="learner")
    def learner(self, access: StaffAccess) -> str:
        return str(access.session.user or "guest")
