"""Admin actions that complete, cancel or expire sessions."""

from collections.abc import Callable
from typing import cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest

from ..actor import Actor
from ..errors import SessionError
from ..lifecycle import end
from ..models import Session

REASONS_SHOWN = 10


class SessionActions(admin.ModelAdmin):
    """Mixin for the session's page. The actions require the permission to change sessions."""

    actions = ("complete_sessions", "cancel_sessions", "expire_sessions")

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sessions_core.change_session")

    @admin.action(description="Complete the chosen sessions", permissions=["end"])
    def complete_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        def complete(session: Session) -> None:
            end.complete(_owner(session), session.pk, route=request.path)

        self._end_each(request, queryset, "completed", complete)

    @admin.action(description="Cancel the chosen sessions", permissions=["end"])
    def cancel_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        def cancel(session: Session) -> None:
            end.cancel(_owner(session), session.pk, route=request.path)

        self._end_each(request, queryset, "cancelled", cancel)

    @admin.action(
        description="Expire those of the chosen whose time limit has passed", permissions=["end"]
    )
    def expire_sessions(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        def expire(session: Session) -> None:
            if not end.expire_due_one(session.pk):
                raise SessionError("Its time limit has not passed, or it has ended.")

        self._end_each(request, queryset, "expired", expire)

    def _end_each(
        self,
        request: HttpRequest,
        queryset: QuerySet[Session],
        done: str,
        end: Callable[[Session], None],
    ) -> None:
        """Calls ``end`` for each session and reports how many ended, and why others did not."""
        ended = 0
        refusals = []
        for session in queryset.order_by("pk"):
            try:
                end(session)
            except SessionError as error:
                refusals.append(f"{session.public_id}: {error.message}")
                continue
            ended += 1
            LogEntry.objects.log_actions(
                cast(int, request.user.pk), [session], CHANGE, f"Made {done}.", single_object=True
            )
        if ended:
            plural = "session was" if ended == 1 else "sessions were"
            self.message_user(request, f"{ended} {plural} {done}.", messages.SUCCESS)
        for refusal in refusals[:REASONS_SHOWN]:
            self.message_user(request, refusal, messages.ERROR)
        if len(refusals) > REASONS_SHOWN:
            more = len(refusals) - REASONS_SHOWN
            self.message_user(request, f"And {more} more were refused.", messages.ERROR)


def _owner(session: Session) -> Actor:
    """Returns the owner, for whom the lifecycle acts; the admin's log names the staff."""
    return Actor(user_id=session.user_id, guest=session.guest)
