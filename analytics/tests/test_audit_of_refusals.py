"""Tests that refusals are recorded, and that nobody can fill the audit with them."""

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError
from django.db.models import Sum
from django.test import override_settings

from analytics.audit.verify import breaks
from analytics.limits import ALL_REFUSALS, REFUSALS, SCOPE
from analytics.models import AuditHead, AuditRecord
from sessions_core.clock import now, standing_at

from .people import Clinic

NOWHERE = [
    "/api/session/nothing/here",
    "/api/session/progress/1",
    "/api/session/sessions/a/b",
    "/api/evaluation/a/b",
    "/api/session/%0A%00\u00e9",
]


def _statuses() -> list[int]:
    return list(AuditRecord.objects.order_by("seq").values_list("status", flat=True))


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["get", "post", "delete", "options"])
def test_what_leads_nowhere_is_recorded_for_everybody(
    clinic: Clinic, path: str, method: str
) -> None:
    people = ("anonymous", "learner", "therapist", "staff")
    for who in people:
        answer = getattr(clinic.client(who), method)(path)
        assert answer.status_code == 404, who
        assert set(answer.json()) == {"error", "code", "details"}
    actors = [record.actor and record.actor.user for record in AuditRecord.objects.order_by("seq")]
    assert actors == [None, clinic.learner, clinic.therapist, clinic.staff]
    assert _statuses() == [404] * 4


def test_a_bad_token_is_refused_where_nothing_is(clinic: Clinic) -> None:
    api = clinic.client("anonymous")
    answer = api.get("/api/session/nothing/here", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert _statuses() == [401]


@override_settings(SESSIONS_LIMITS={SCOPE: [(3, 60)]})
@pytest.mark.parametrize("path", ["/api/session/nothing", "/api/session/progress"])
def test_every_call_of_a_user_counts_against_the_limit(clinic: Clinic, path: str) -> None:
    api = clinic.client("therapist")
    found = [api.generic(method, path).status_code for method in ("DELETE", "TRACE", "FOO", "PUT")]
    assert found[3] == 429
    assert 429 not in found[:3]


def test_a_method_of_any_length_is_recorded(clinic: Clinic) -> None:
    answer = clinic.client("therapist").generic("X" * 500, "/api/session/progress")
    assert answer.status_code == 405
    assert AuditRecord.objects.get().action == "progress." + "x" * 20


FEW = override_settings(SESSIONS_LIMITS={SCOPE: [(1, 60)], REFUSALS: [(5, 60)]})


@FEW
@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("anonymous", "/api/session/progress"),
        ("anonymous", "/api/session/nothing"),
        ("therapist", "/api/session/nothing"),
    ],
)
def test_a_flood_of_refusals_is_counted(clinic: Clinic, who: str, path: str) -> None:
    api = clinic.client(who)
    charged = 1 if who == "therapist" else 0
    for _ in range(20 + charged):
        api.get(path)
    assert AuditRecord.objects.count() == 5 + charged
    assert AuditHead.objects.get().surplus == 15
    assert not list(breaks())
    with standing_at(now() + timedelta(minutes=2)):
        clinic.client("supervisor").get("/api/session/sessions")
    counted = AuditRecord.objects.get(action="refused.counted")
    assert (counted.calls, counted.actor, counted.status) == (15, None, 0)
    assert AuditRecord.objects.aggregate(Sum("calls"))["calls__sum"] == 21 + charged
    assert AuditHead.objects.get().surplus == 0
    assert not list(breaks())


@FEW
def test_a_count_that_was_changed_shows(clinic: Clinic) -> None:
    for _ in range(9):
        clinic.client("anonymous").get("/api/session/progress")
    AuditHead.objects.update(surplus=1)
    assert list(breaks())
    AuditHead.objects.update(surplus=4)
    assert not list(breaks())
    with standing_at(now() + timedelta(minutes=2)):
        clinic.client("supervisor").get("/api/session/sessions")
    AuditRecord.objects.filter(action="refused.counted").update(calls=1)
    assert list(breaks())


@override_settings(SESSIONS_LIMITS={ALL_REFUSALS: [(5, 60)]})
def test_a_flood_from_many_addresses_is_counted_too(clinic: Clinic) -> None:
    for n in range(20):
        clinic.client("anonymous").get("/api/session/progress", REMOTE_ADDR=f"203.0.113.{n}")
    assert AuditRecord.objects.count() == 5


@FEW
def test_a_flood_does_not_hide_what_others_do(clinic: Clinic) -> None:
    for _ in range(9):
        clinic.client("anonymous").get("/api/session/progress")
    clinic.client("anonymous").get("/api/session/progress", REMOTE_ADDR="203.0.113.1")
    clinic.client("far_supervisor").get(f"/api/session/progress?sessionId={clinic.session.pk}")
    assert _statuses() == [401] * 6 + [403]


@pytest.mark.parametrize("error", [IntegrityError("gone"), ZeroDivisionError()])
def test_whatever_breaks_the_record_no_data_leaves(clinic: Clinic, error: Any) -> None:
    api = clinic.client("therapist")
    api.raise_request_exception = False
    with mock.patch("analytics.views.base.append", side_effect=error):
        answer = api.get(f"/api/session/sessions/{clinic.session.pk}")
    assert answer.status_code == 500
    assert b"client-17" not in answer.content
    if isinstance(error, IntegrityError):
        assert answer.json()["code"] == "INTERNAL_ERROR"
