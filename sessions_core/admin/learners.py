"""Admin of what is derived from a learner's sessions."""

from django.contrib import admin

from ..models import AwardedAchievement, ItemMemory, PracticeDay
from .base import USERNAME, ReadOnlyAdmin


@admin.register(AwardedAchievement)
class AwardedAchievementAdmin(ReadOnlyAdmin):
    list_display = ("user", "code", "session", "awarded_at")
    list_select_related = ("user", "session")
    list_filter = ("code",)
    search_fields = (f"user__{USERNAME}",)
    ordering = ("-pk",)


@admin.register(ItemMemory)
class ItemMemoryAdmin(ReadOnlyAdmin):
    list_display = ("user", "item", "due_at", "reviewed_at", "stability")
    list_select_related = ("user", "item")
    search_fields = (f"user__{USERNAME}", "item__prompt")
    ordering = ("-pk",)


@admin.register(PracticeDay)
class PracticeDayAdmin(ReadOnlyAdmin):
    list_display = (
        "user",
        "day",
        "started",
        "ended",
        "completed",
        "seconds",
        "correct",
        "attempts",
    )
    list_select_related = ("user",)
    search_fields = (f"user__{USERNAME}",)
    ordering = ("-pk",)
