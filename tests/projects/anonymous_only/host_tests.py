"""Run by Django's own runner, in a process of its own: ``tests/test_projects.py``."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client, TestCase

from anonymous_sessions.models import AnonymousSession
from sessions_core.rest import limits


class AnonymousOnly(TestCase):
    def setUp(self) -> None:
        limits.forget()
        self.client.post("/session/", content_type="application/json")

    def info(self) -> dict[str, Any]:
        return self.client.get("/session/info").json()

    def drawn(self) -> int:
        return self.info()["usage_stats"]["drawings"]

    def test_it_stands_alone(self) -> None:
        assert not apps.is_installed("sessions_core")
        ours = {name for name in connection.introspection.table_names() if "session" in name}
        assert ours - {"django_session"} == {
            f"anonymous_sessions_{name}"
            for name in (
                "adoption",
                "anonymoussession",
                "charge",
                "concept",
                "transfercode",
                "usage",
            )
        }
        for path in ("/session/info", "/draw", "/write"):
            self.client.get(path)
        tables = {"sessions_core.models", "sessions_core.lifecycle", "analytics", "evaluations"}
        assert tables.isdisjoint(sys.modules)
        call_command("check")
        call_command("makemigrations", "--check", "--dry-run", verbosity=0)

    def test_times_are_utc_whatever_the_hosts_zone(self) -> None:
        made = datetime.fromisoformat(self.info()["created_at"])
        assert abs(datetime.now(UTC) - made) < timedelta(minutes=5)

    def test_the_decorator_charges_and_refuses(self) -> None:
        assert [self.client.get("/draw").status_code for _ in range(3)] == [200, 200, 429]
        refused = self.client.get("/draw-async")
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) in range(1, 62)
        assert refused.json()["error"] == "rate_limit_exceeded"
        assert self.drawn() == 2

    def test_the_decorator_refunds_what_failed(self) -> None:
        for path in ("/draw", "/draw-async"):
            assert self.client.get(path, {"status": 502}).status_code == 502
        with pytest.raises(RuntimeError):
            self.client.get("/draw", {"explode": 1})
        assert self.drawn() == 0

    def test_the_decorator_wants_a_session_and_its_own_site(self) -> None:
        assert Client().get("/draw").status_code == 404
        other_site = self.client.post("/draw", headers={"origin": "https://evil.example"})
        assert other_site.status_code == 403
        assert self.drawn() == 0

    def test_another_sites_link_charges_nothing(self) -> None:
        for site in ("cross-site", "same-site"):
            link = self.client.get("/draw", headers={"sec-fetch-site": site})
            assert link.status_code == 403
        assert (
            self.client.post("/write", headers={"sec-fetch-site": "cross-site"}).status_code == 403
        )
        assert self.drawn() == 0
        for site in ("none", "same-origin"):
            own = self.client.get("/draw", headers={"sec-fetch-site": site})
            assert own.status_code == 200

    def test_a_store_that_is_away_is_a_503_whatever_the_hosts_error_handler(self) -> None:
        def away(execute: Any, *args: Any) -> None:
            raise OperationalError

        with connection.execute_wrapper(away):
            for answer in (
                self.client.get("/draw"),
                self.client.get("/draw-async"),
                self.client.post("/write"),
            ):
                assert answer.status_code == 503
                assert int(answer["Retry-After"]) >= 1
        assert self.drawn() == 0

    def test_a_refund_that_fails_leaves_the_answer_as_it_was(self) -> None:
        def no_refunds(execute: Any, sql: str, *args: Any) -> Any:
            if sql.startswith("UPDATE") and "refunded_at" in sql:
                raise OperationalError
            return execute(sql, *args)

        with connection.execute_wrapper(no_refunds), self.assertLogs("anonymous_sessions.charges"):
            assert self.client.get("/draw", {"status": 502}).status_code == 502
            assert self.client.post("/write?status=422").status_code == 422
        assert self.drawn() == 1

    def test_the_admin_lists_finds_and_deletes(self) -> None:
        held = self.client.cookies["visitor"].value
        self.client.get("/draw")
        staff = Client()
        staff.force_login(User.objects.create_superuser("root"))
        address = "/admin/anonymous_sessions/anonymoussession/"
        page = staff.get(address, {"q": held}).content.decode()
        assert "drawings: 1" in page
        key = AnonymousSession.objects.get().pk
        assert staff.get(f"{address}{key}/change/").status_code == 200
        assert staff.post(f"{address}{key}/delete/", {"post": "yes"}).status_code == 302
        assert self.client.get("/session/info").status_code == 404

    def test_the_permission_charges_refuses_and_refunds(self) -> None:
        statuses = [
            self.client.post(f"/write?status={wanted}").status_code
            for wanted in (422, 200, 200, 200)
        ]
        assert statuses == [422, 200, 200, 429]
        assert "Retry-After" in self.client.post("/write")
        assert self.info()["usage_stats"]["texts"] == 2
        assert Client().post("/write").status_code == 404

    def test_the_browsable_form_charges_once(self) -> None:
        page = self.client.post("/write", headers={"accept": "text/html"})
        assert page["Content-Type"].startswith("text/html")
        assert self.info()["usage_stats"]["texts"] == 1

    def test_logging_in_adopts_and_the_rest_works_without_the_other_apps(self) -> None:
        user = User.objects.create_user("ana", password="Correct-Horse-9")
        self.client.force_login(user)
        dry = self.client.post("/session/adopt", {"dry_run": True}, "application/json")
        assert dry.json()["contents"]["learning_sessions"] == 0
        adopted = self.client.post("/session/adopt", content_type="application/json")
        assert adopted.json()["adopted"]
        keyed = {"content_type": "application/json", "headers": {"idempotency-key": "a"}}
        stored = self.client.post("/session/concepts", {"document": {}}, **keyed)
        assert stored.status_code == 201
        assert self.client.post("/session/adopt/undo").status_code == 200
        call_command("purge_anonymous_sessions", verbosity=0)
