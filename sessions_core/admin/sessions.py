"""Admin of learning sessions, with tables of what happened in them."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from .. import clock
from ..access import session_for
from ..actor import Actor
from ..errors import SessionNotFound
from ..lifecycle.scoring import practised_seconds, success_rate
from ..models import Session
from ..public_id import decode
from .base import USERNAME, ReadOnlyAdmin
from .periods import PeriodsQuerySet
from .session_actions import SessionActions
from .session_panels import moment, panels

STATUS_COLOURS = {
    "Active": "info",
    "Paused": "warning",
    "Completed": "success",
    "Cancelled": "danger",
    "Expired": "danger",
}


@admin.register(Session)
class SessionAdmin(SessionActions, ReadOnlyAdmin):
    list_display = (
        "shown_id",
        "user",
        "activity",
        "shown_status",
        "progress",
        "shown_rate",
        "started",
        "duration",
    )
    list_select_related = ("user", "activity")
    list_filter = ("status", "dialect", "standalone", "activity")
    date_hierarchy = "started_at"
    search_fields = ("pk",)  # only to show the field; see get_search_results
    search_help_text = "Public id, integer id or user name"
    change_form_template = "sessions_core/admin/session.html"
    fieldsets = (
        (
            None,
            {"fields": (("shown_id", "id"), ("owner", "activity"), ("dialect", "session_type"))},
        ),
        (
            "State",
            {"fields": (("shown_status", "completion"), ("progress", "shown_rate", "streaks"))},
        ),
        (
            "Time",
            {
                "fields": (
                    ("started_at", "ended_at"),
                    ("duration", "claimed_seconds"),
                    ("time_limit", "deadline_at"),
                    ("zone", "local_day"),
                )
            },
        ),
        (
            "Settings and counters",
            {
                "fields": (
                    ("difficulty", "standalone"),
                    ("attempt_count", "correct_count"),
                    ("poses_completed", "last_seq"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return cast(QuerySet[Session], PeriodsQuerySet(Session))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Session], search_term: str
    ) -> tuple[QuerySet[Session], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        named = get_user_model()._default_manager.filter(**{f"{USERNAME}__icontains": term})
        found = Q(user__in=named)
        number = decode(term)
        if number is not None:
            found |= Q(pk=number)
        return queryset.filter(found), False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Session | None:
        """All pages of one session load it here, so each access by staff is recorded."""
        staff = Actor(user_id=request.user.pk, is_staff=True)
        rows = self.get_queryset(request).select_related("user", "activity")
        try:
            return session_for(staff, object_id, route=request.path, write=False, rows=rows)
        except SessionNotFound:
            return None

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**(extra_context or {}), "panels": panels(object_id, request.GET)}
        return super().change_view(request, object_id, form_url, context)

    @admin.display(description="session", ordering="pk")
    def shown_id(self, session: Session) -> str:
        return session.public_id

    @admin.display(description="learner")
    def owner(self, session: Session) -> str:
        return str(session.user) if session.user_id else f"guest {session.guest}"

    @admin.display(description="status", ordering="status")
    def shown_status(self, session: Session) -> str:
        return session.get_status_display()

    shown_status.label = STATUS_COLOURS  # type: ignore[attr-defined]  # read by unfold

    @admin.display(description="progress")
    def progress(self, session: Session) -> str:
        if not session.item_count:
            return str(session.answered_count)
        return f"{session.answered_count} of {session.item_count}"

    @admin.display(description="correct")
    def shown_rate(self, session: Session) -> str:
        if not session.attempt_count:
            return "–"
        return f"{success_rate(session.correct_count, session.attempt_count):.0%}"

    @admin.display(description="started", ordering="started_at")
    def started(self, session: Session) -> str:
        return moment(session.started_at)

    @admin.display(description="streak (now, best)")
    def streaks(self, session: Session) -> str:
        return f"{session.current_streak}, {session.best_streak}"

    @admin.display(description="duration")
    def duration(self, session: Session) -> str:
        minutes, seconds = divmod(practised_seconds(session, clock.now()), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
