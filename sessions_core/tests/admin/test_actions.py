"""Tests that the actions end sessions by the lifecycle's functions."""

from datetime import timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from sessions_core import clock
from sessions_core.lifecycle import start
from sessions_core.models import Session

from ..builders import actor_of, learner, vocabulary
from .worlds import page, practised


class TestActions:
    def act(self, client: Client, action: str, *sessions: Session) -> list[str]:
        response = client.post(
            page("session"),
            {"action": action, "_selected_action": [session.pk for session in sessions]},
            follow=True,
        )
        return [str(message) for message in response.context["messages"]]

    def begun(self, name: str, **wishes: Any) -> Session:
        return start.start(actor_of(learner(name)), "portal", start.Wishes(**wishes))

    def test_ends_by_the_verb_and_tells_what_failed_and_why(
        self, client: Client, staff: Any
    ) -> None:
        ended, running = practised(1, vocabulary(), staff), self.begun("ana")
        said = self.act(client, "cancel_sessions", ended, running)
        running.refresh_from_db()
        ended.refresh_from_db()
        assert running.status == "cancelled"
        assert running.transitions.get().status == "cancelled"
        assert ended.status == "completed"
        assert said[0] == "1 session was cancelled."
        assert said[1].startswith(f"{ended.public_id}: ")
        assert LogEntry.objects.get().user_id == staff.pk

    def test_complete(self, client: Client, staff: Any) -> None:
        running = self.begun("ana")
        self.act(client, "complete_sessions", running)
        running.refresh_from_db()
        assert running.status == "completed"

    def test_expires_only_what_is_due(self, client: Client, staff: Any) -> None:
        with clock.standing_at(timezone.now() - timedelta(hours=1)):
            due = self.begun("ana", time_limit=60)
        running = self.begun("bruno", time_limit=600)
        said = self.act(client, "expire_sessions", due, running)
        due.refresh_from_db()
        running.refresh_from_db()
        assert (due.status, running.status) == ("expired", "active")
        assert len(said) == 2

    def test_is_not_offered_without_the_right(self, client: Client, staff: Any) -> None:
        rights = staff.user_permissions
        rights.remove(rights.get(codename="change_session"))
        running = self.begun("ana")
        self.act(client, "cancel_sessions", running)
        running.refresh_from_db()
        assert running.status == "active"
